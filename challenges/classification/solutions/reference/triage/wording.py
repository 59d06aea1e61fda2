"""Hashed words and letter runs: a vocabulary that needs no storing."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HALF = 1 << 16
WIDTH = 2 * HALF
LONGEST = 1_500
_WORD = re.compile(r"\w+")


class Sparse(NamedTuple):
    """A vector's places that are not zero, and what stands there."""

    places: NDArray[np.int64]
    values: NDArray[np.float64]


def counted(text: str) -> Sparse:
    """How often each hashed feature occurs, on a logarithmic scale. Words fill the first half, letters the second."""
    words = _WORD.findall(text[:LONGEST])
    counts = Counter(_place(term) for term in _phrases(words))
    counts.update(HALF + _place(run) for word in words for run in _runs(word))
    places = np.array(sorted(counts), dtype=np.int64)
    return Sparse(places, 1.0 + np.log(np.array([counts[place] for place in places.tolist()], dtype=np.float64)))


def rarity(vectors: Sequence[Sparse]) -> NDArray[np.float64]:
    """For each place the inverse document frequency."""
    seen = np.zeros(WIDTH)
    for vector in vectors:
        seen[vector.places] += 1.0
    return 1.0 + np.log((1.0 + len(vectors)) / (1.0 + seen))


def weighed(vector: Sparse, rare: NDArray[np.float64]) -> Sparse:
    """The vector by rarity, each half at length one."""
    values = vector.values * rare[vector.places]
    for half in (vector.places < HALF, vector.places >= HALF):
        length = np.sqrt(np.square(values[half]).sum())
        if length > 0:
            values[half] /= length
    return Sparse(vector.places, values)


def _phrases(words: Sequence[str]) -> Iterator[str]:
    yield from words
    for first, second in zip(words, words[1:], strict=False):
        yield f"{first} {second}"


def _runs(word: str) -> Iterator[str]:
    padded = f" {word} "
    for size in (2, 3, 4, 5):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


def _place(term: str) -> int:
    return zlib.crc32(term.encode("utf-8", "replace")) % HALF
