"""Puts the encoder behind the event loop: worker threads, fair turns, a cache by text."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from harness.edge.known import KnownVectors
from harness.edge.settings import ENCODER_THREADS, MAX_CACHED_TEXTS

if TYPE_CHECKING:
    from harness.edge.encoder import Embedding, Encoder


class Embedder:
    """Texts to vectors, in the background.

    Args:
        model_dir: folder of the model.
        known: a folder of vectors that other pods have computed; none in a grading.
    """

    def __init__(self, model_dir: Path, known: Path | None = None) -> None:
        self._model_dir = model_dir
        self._known = KnownVectors(known)
        self._pool = ThreadPoolExecutor(max_workers=ENCODER_THREADS, thread_name_prefix="encoder")
        self._cache: OrderedDict[bytes, Embedding] = OrderedDict()
        self._encoder: Encoder | None = None
        self._loaded = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Whether the model is loaded."""
        return self._encoder is not None

    async def load(self) -> None:
        """Load the model in a worker thread; raises what :class:`~harness.edge.encoder.Encoder` raises."""
        self._encoder = await asyncio.get_running_loop().run_in_executor(self._pool, self._read_model)
        self._loaded.set()

    async def embed(self, texts: Sequence[str]) -> list[Embedding]:
        """One embedding per text, waiting for the model when it is still loading.

        A request has as many texts in the pool as there are threads, so requests take turns: a
        search's one sentence is not kept waiting behind somebody's 64 long ones.
        """
        await self._loaded.wait()
        embeddings: list[Embedding] = []
        for start in range(0, len(texts), ENCODER_THREADS):
            turn = texts[start : start + ENCODER_THREADS]
            embeddings += await asyncio.gather(*(self._embed_one(text) for text in turn))
        return embeddings

    def close(self) -> None:
        """Drop whatever still waits for a thread."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._known.close()

    async def _embed_one(self, text: str) -> Embedding:
        # By digest, so that the cache's size does not depend on the length of the texts.
        key = sha256(text.encode()).digest()
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
            return known
        if self._encoder is None:
            raise RuntimeError("embed() waits for load(), so the encoder exists here")
        embedding = await asyncio.get_running_loop().run_in_executor(self._pool, self._encoder.encode, text)
        self._cache[key] = embedding
        self._known.keep(key, embedding.tokens, embedding.vector)
        if len(self._cache) > MAX_CACHED_TEXTS:
            self._cache.popitem(last=False)
        return embedding

    def _read_model(self) -> Encoder:
        # numpy and tokenizers are imported in the worker, beside the rest of the start-up.
        from harness.edge.encoder import Embedding, Encoder  # noqa: PLC0415

        for digest, tokens, vector in self._known.read():
            self._cache[digest] = Embedding(vector=vector, tokens=tokens)
        encoder = Encoder(self._model_dir)
        encoder.encode("The first product is slow: buffers are made and pages are read.")
        return encoder
