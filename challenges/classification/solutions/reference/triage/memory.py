"""Vectors of texts that were asked for lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from triage.gateway import DIMENSIONS, Vectors


class Embedder(Protocol):
    """Anything that gives vectors for texts."""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""


class Memory:
    """Asks for each text once; forgets the ones that were not used for longest."""

    def __init__(self, source: Embedder, room: int = 4_000) -> None:
        self._source = source
        self._room = room
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        found = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        found.update(zip(new, await self._source.embed(new), strict=True))
        for text in texts:
            self._kept[text] = found[text]
            self._kept.move_to_end(text)
        while len(self._kept) > self._room:
            self._kept.popitem(last=False)
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.stack([found[text] for text in texts])
