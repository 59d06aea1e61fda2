"""The vectors of what is stored, arranged so that one product compares a query with all of them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
Vector = NDArray[np.float32]
Key = bytes


def key_of(model: str, text: str) -> Key:
    """The name under which the vector of a text is kept, here and on disk."""
    return hashlib.blake2b(f"{model}\0{text}".encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All vectors at one moment. A document's rows are its title and then its passages."""

    ids: list[str]
    first_row: NDArray[np.intp]
    matrix: NDArray[np.float32]


class VectorIndex:
    """Which texts each document consists of, and the vectors of those that have one already."""

    def __init__(self) -> None:
        self._documents: dict[str, Sequence[Key]] = {}
        self._uses: Counter[Key] = Counter()
        self._vectors: dict[Key, Vector] = {}
        self._snapshot: Snapshot | None = None

    def add(self, document_id: str, keys: Sequence[Key]) -> None:
        """Index a document, in place of what was there under its id."""
        kept = self._vectors
        wanted = {key: kept[key] for key in keys if key in kept}
        self.remove(document_id)
        self._documents[document_id] = keys
        self._uses.update(keys)
        self._vectors.update(wanted)

    def remove(self, document_id: str) -> None:
        """Forget a document and the vectors that no other one needs; an unknown one is no error."""
        for key in self._documents.pop(document_id, ()):
            self._uses[key] -= 1
            if not self._uses[key]:
                del self._uses[key]
                self._vectors.pop(key, None)
        self._snapshot = None

    def put(self, vectors: Mapping[Key, Vector]) -> None:
        """Fill in vectors; those that no document needs any more are dropped."""
        self._vectors.update({key: vector for key, vector in vectors.items() if key in self._uses})
        self._snapshot = None

    def needs(self, key: Key) -> bool:
        """Whether some document has this text."""
        return key in self._uses

    def missing(self, keys: Iterable[Key]) -> list[Key]:
        """Those of the keys that have no vector yet."""
        return [key for key in dict.fromkeys(keys) if key not in self._vectors]

    def in_use(self) -> set[Key]:
        """The keys of every text that is stored."""
        return set(self._uses)

    def snapshot(self) -> Snapshot:
        """All documents in the order of their ids. A text without a vector yet has a row of zeros."""
        if self._snapshot is None:
            ids = sorted(self._documents)
            counts = [len(self._documents[document_id]) for document_id in ids]
            zero = np.zeros(DIMENSIONS, dtype=np.float32)
            rows = [self._vectors.get(key, zero) for document_id in ids for key in self._documents[document_id]]
            first_row = np.cumsum([0, *counts], dtype=np.intp)[:-1]
            matrix = np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)
            self._snapshot = Snapshot(ids, first_row, matrix)
        return self._snapshot
