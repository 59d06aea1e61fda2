"""The embeddings gateway, with patience for its moods."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import numpy as np
from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

DIMENSIONS = 384
Vectors = NDArray[np.float32]


class GatewayDownError(Exception):
    """The gateway gave no vectors within the time that a caller can wait."""


class SetbackError(Exception):
    """One call failed in a way that may pass."""

    def __init__(self, reason: str, wait: float) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Patience:
    """Limits of one use of the gateway, in texts and seconds."""

    chunk: int = 16
    slots: int = 4
    one_call: float = 2.6
    altogether: float = 8.5
    pause: float = 0.2


SERVING = Patience()
TRAINING = Patience(chunk=64, one_call=15.0, altogether=100.0, pause=0.5)


class Gateway:
    """Turns texts into unit vectors, several calls at a time."""

    def __init__(self, session: aiohttp.ClientSession, url: str, key: str, model: str, patience: Patience) -> None:
        self._session = session
        self._endpoint = f"{url.rstrip('/')}/embeddings"
        self._headers = {"authorization": f"Bearer {key}"}
        self._model = model
        self._patience = patience
        self._slots = asyncio.Semaphore(patience.slots)
        self._gave_up_at = float("-inf")

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        size = self._patience.chunk
        chunks = [texts[start : start + size] for start in range(0, len(texts), size)]
        return np.concatenate(await asyncio.gather(*(self._chunk(chunk) for chunk in chunks)))

    async def _chunk(self, texts: Sequence[str]) -> Vectors:
        """The clock starts when a slot is free: waiting behind calls that succeed is no failure."""
        arrived = _now()
        async with self._slots:
            if self._gave_up_at >= arrived:
                raise GatewayDownError("The gateway failed while this call waited for its turn.")
            try:
                async with asyncio.timeout(self._patience.altogether):
                    return await self._persist(texts)
            except TimeoutError as error:
                self._gave_up_at = _now()
                raise GatewayDownError("The gateway did not answer in time.") from error

    async def _persist(self, texts: Sequence[str]) -> Vectors:
        pause = self._patience.pause
        while True:
            try:
                return await self._call(texts)
            except SetbackError as setback:
                _LOG.warning("A call to the gateway failed: %s", setback)
                await asyncio.sleep(max(setback.wait, pause))
                pause *= 2

    async def _call(self, texts: Sequence[str]) -> Vectors:
        question = {"model": self._model, "input": list(texts), "encoding_format": "base64"}
        try:
            async with (
                asyncio.timeout(self._patience.one_call),
                self._session.post(self._endpoint, json=question, headers=self._headers) as answer,
            ):
                _check(answer.status, answer.headers.get("retry-after", ""))
                return unpack(await answer.read(), len(texts))
        except TimeoutError as error:
            raise SetbackError("no answer", 0.0) from error
        except aiohttp.ClientError as error:
            raise SetbackError(type(error).__name__, 0.0) from error


def unpack(raw: bytes, expected: int) -> Vectors:
    """The vectors in an answer, in the order of the question."""
    try:
        entries = sorted(json.loads(raw)["data"], key=lambda entry: entry["index"])
        rows = [np.frombuffer(base64.b64decode(entry["embedding"], validate=True), "<f4") for entry in entries]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise SetbackError("an answer that is none", 0.0) from error
    if len(rows) != expected or any(row.shape != (DIMENSIONS,) or not np.isfinite(row).all() for row in rows):
        raise SetbackError("an answer of the wrong shape", 0.0)
    return np.stack(rows).astype(np.float32)


def _check(status: int, retry_after: str) -> None:
    """Pass on success; anything else may pass by itself, or no repetition will help."""
    if status == 200:
        return
    if status == 429:
        raise SetbackError("too many requests", float(retry_after) if retry_after.isdecimal() else 1.0)
    if status >= 500 or status == 408:
        raise SetbackError(f"status {status}", 0.0)
    raise GatewayDownError(f"The gateway refuses our calls with status {status}.")


def _now() -> float:
    return asyncio.get_running_loop().time()
