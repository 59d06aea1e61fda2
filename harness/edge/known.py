"""Vectors that other pods have computed: for proofs of a challenge, which run one corpus a hundred times.

A vector is a pure function of its text, so knowing it changes no answer, only when it comes. A grading of a submission
never has this: two gradings must meet the same gateway.

Each pod appends to a file of its own; a record cut short by the pod's end is the last of its file and is left out.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from harness.edge.settings import DIMENSIONS, MAX_CACHED_TEXTS

_RECORD = struct.Struct(f"<32sH{4 * DIMENSIONS}s")
"""SHA-256 of the text, tokens read, vector."""
Known = tuple[bytes, int, bytes]


class KnownVectors:
    """A folder of vectors; with no folder it knows nothing and keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._own: BinaryIO | None = None

    def read(self) -> Iterator[Known]:
        """Digest, tokens and vector of what is known, each text once, up to the cache's size."""
        seen: set[bytes] = set()
        for path in sorted(self._folder.glob("*.vectors")) if self._folder else ():
            data = path.read_bytes()
            for digest, tokens, vector in _RECORD.iter_unpack(data[: len(data) // _RECORD.size * _RECORD.size]):
                if digest not in seen and len(seen) < MAX_CACHED_TEXTS:
                    seen.add(digest)
                    yield digest, tokens, vector

    def keep(self, digest: bytes, tokens: int, vector: bytes) -> None:
        """Write down a vector for the pods to come."""
        if self._folder is None:
            return
        if self._own is None:
            self._own = (self._folder / f"{secrets.token_hex(8)}.vectors").open("ab", buffering=0)
        self._own.write(_RECORD.pack(digest, tokens, vector))

    def close(self) -> None:
        """Let go of the file."""
        if self._own is not None:
            self._own.close()
