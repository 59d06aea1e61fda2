"""Client of the embeddings gateway: batches, retries within a time budget, and replies that are checked."""

import asyncio
import logging
import time
from collections.abc import Sequence

import httpx
import numpy as np

from app.settings import Settings

DIMENSIONS = 384
BATCH = 32
ATTEMPTS = 4
LONGEST_WAIT_S = 5.0

Matrix = np.ndarray

log = logging.getLogger(__name__)


class GatewayError(Exception):
    """No embeddings within the attempts and seconds allowed."""


class _BadAnswerError(Exception):
    """One call did not give embeddings."""

    def __init__(self, *, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class Embeddings:
    """Turns texts into unit vectors."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.embeddings_url}/embeddings"
        self._model = settings.embeddings_model
        self._client = httpx.AsyncClient(headers={"Authorization": f"Bearer {settings.embeddings_key}"})

    async def close(self) -> None:
        await self._client.aclose()

    async def embed(self, texts: Sequence[str], *, budget_s: float, call_s: float) -> Matrix:
        """One row per text.

        Args:
            budget_s: when to give up in all, waits included.
            call_s: when to give up one call.

        Raises:
            GatewayError: the gateway gave no sound answer in time.
        """
        until = time.monotonic() + budget_s
        parts = [
            await self._embed_batch(list(texts[start : start + BATCH]), until, call_s)
            for start in range(0, len(texts), BATCH)
        ]
        return np.concatenate(parts) if parts else np.empty((0, DIMENSIONS), dtype=np.float32)

    async def _embed_batch(self, texts: list[str], until: float, call_s: float) -> Matrix:
        for attempt in range(ATTEMPTS):
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                return await self._call(texts, min(call_s, left))
            except _BadAnswerError as error:
                log.warning("embeddings, attempt %d: %s", attempt + 1, error)
                wait = 0.1 * 2**attempt if error.retry_after_s is None else error.retry_after_s
            if wait > min(LONGEST_WAIT_S, until - time.monotonic()):
                break
            await asyncio.sleep(wait)
        message = f"no embeddings for {len(texts)} texts"
        raise GatewayError(message)

    async def _call(self, texts: list[str], seconds: float) -> Matrix:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        try:
            async with asyncio.timeout(seconds):
                reply = await self._client.post(self._url, json=body, timeout=seconds)
        except (httpx.HTTPError, TimeoutError) as error:
            raise _BadAnswerError(reason=f"{type(error).__name__} {error}") from error
        if reply.status_code != httpx.codes.OK:
            raise _BadAnswerError(reason=f"status {reply.status_code}", retry_after_s=_retry_after(reply))
        return _vectors(reply, len(texts))


def _retry_after(reply: httpx.Response) -> float | None:
    """The seconds of ``Retry-After``; its date form is not used by this gateway and counts as absent."""
    try:
        return max(0.0, float(reply.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _vectors(reply: httpx.Response, count: int) -> Matrix:
    try:
        rows = sorted(reply.json()["data"], key=lambda row: row["index"])
        matrix = np.array([row["embedding"] for row in rows], dtype=np.float32)
    except (ValueError, KeyError, TypeError) as error:
        raise _BadAnswerError(reason="the answer holds no embeddings") from error
    if matrix.shape != (count, DIMENSIONS) or not np.isfinite(matrix).all():
        raise _BadAnswerError(reason=f"embeddings of shape {matrix.shape}")
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
