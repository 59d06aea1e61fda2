"""The client of the embeddings gateway: one call, and a call with second and third attempts."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import numpy as np

from service.errors import GatewayError, GatewayRefused
from service.vectors import DIMENSIONS, Vector

MAX_REPLY_BYTES = 8_000_000
_REFUSALS = frozenset({400, 413, 422})  # these speak about the texts; all other failures about the gateway


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to insist."""

    attempts: int
    call_timeout: float
    total: float
    pause: float = 0.1


class Gateway:
    """Turns texts into unit vectors."""

    def __init__(self, session: aiohttp.ClientSession, url: str, key: str, model: str) -> None:
        self._session = session
        self._url = url.rstrip("/") + "/embeddings"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._model = model

    async def embed_patiently(self, texts: Sequence[str], patience: Patience) -> list[Vector]:
        """Like ``embed``, with more attempts, unless the gateway asks for more patience than there is."""
        until = time.monotonic() + patience.total
        attempt = 0
        while True:
            attempt += 1
            left = until - time.monotonic()
            try:
                return await self.embed(texts, min(patience.call_timeout, left))
            except GatewayError as error:
                pause = patience.pause * attempt if error.retry_after is None else error.retry_after
                if attempt >= patience.attempts or time.monotonic() + pause >= until:
                    raise
                await asyncio.sleep(pause)

    async def embed(self, texts: Sequence[str], call_timeout: float) -> list[Vector]:
        """One call. Whatever goes wrong is a GatewayError, or a GatewayRefused if it is the fault of the texts."""
        body = {"model": self._model, "input": list(texts)}
        try:
            async with asyncio.timeout(call_timeout):
                status, retry_after, reply = await self._post(body)
        except TimeoutError as error:
            reason = f"no answer within {call_timeout:.1f} s"
            raise GatewayError(reason) from error
        except (aiohttp.ClientError, OSError) as error:
            reason = f"no connection: {error}"
            raise GatewayError(reason) from error
        if status in _REFUSALS:
            reason = f"status {status}"
            raise GatewayRefused(reason)
        if status != 200:
            reason = f"status {status}"
            raise GatewayError(reason, _seconds(retry_after))
        return _vectors(reply, len(texts))

    async def _post(self, body: dict[str, Any]) -> tuple[int, str | None, bytes]:
        async with self._session.post(self._url, json=body, headers=self._headers, allow_redirects=False) as response:
            reply = bytearray()
            async for part in response.content.iter_any():
                reply += part
                if len(reply) > MAX_REPLY_BYTES:
                    reason = "the answer is too long"
                    raise GatewayError(reason)
            return response.status, response.headers.get("Retry-After"), bytes(reply)


def _seconds(retry_after: str | None) -> float | None:
    """The seconds that a Retry-After header asks for; it may also be a date."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        when = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when.tzinfo else None


def _vectors(reply: bytes, expected: int) -> list[Vector]:
    """The vectors of an answer in the order of the texts, or a GatewayError if it holds anything else."""
    try:
        items = json.loads(reply)["data"]
        rows = {item["index"]: item["embedding"] for item in items}
        matrix = np.array([rows[index] for index in range(expected)], dtype=np.float32)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reason = "the answer holds no embeddings"
        raise GatewayError(reason) from error
    if len(items) != expected or matrix.shape != (expected, DIMENSIONS):
        reason = "the answer has another shape"
        raise GatewayError(reason)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not (lengths > 0).all():
        reason = "the answer holds vectors without a direction"
        raise GatewayError(reason)
    return list(matrix / lengths)
