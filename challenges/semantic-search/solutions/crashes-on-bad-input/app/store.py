"""Documents and vectors in SQLite. An answered write is committed; vectors are kept by the text they stand for."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from app.models import Document

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, title TEXT, text TEXT, metadata TEXT);
CREATE TABLE IF NOT EXISTS vectors (digest TEXT PRIMARY KEY, vector BLOB);
"""


def digest_of(text: str) -> str:
    """The key of a text's vector."""
    return hashlib.sha256(text.encode()).hexdigest()


class Store:
    """Blocking; every call takes milliseconds. One thread at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(folder / "search.sqlite3", check_same_thread=False)
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def documents(self) -> dict[str, Document]:
        rows = self._connection.execute("SELECT id, title, text, metadata FROM documents")
        return {i: Document(title=title, text=text, metadata=json.loads(data)) for i, title, text, data in rows}

    def vectors(self) -> dict[str, np.ndarray]:
        rows = self._connection.execute("SELECT digest, vector FROM vectors")
        return {digest: np.frombuffer(blob, dtype="<f4") for digest, blob in rows}

    def put(self, documents: Mapping[str, Document], vectors: Mapping[str, np.ndarray]) -> None:
        """All of it or, when the process dies meanwhile, nothing."""
        with self._connection as transaction:
            transaction.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)",
                [(i, d.title, d.text, json.dumps(d.metadata)) for i, d in documents.items()],
            )
            _insert_vectors(transaction, vectors)

    def put_vectors(self, vectors: Mapping[str, np.ndarray]) -> None:
        with self._connection as transaction:
            _insert_vectors(transaction, vectors)

    def delete(self, doc_id: str) -> None:
        with self._connection as transaction:
            transaction.execute("DELETE FROM documents WHERE id = ?", (doc_id,))

    def forget_vectors(self, digests: Iterable[str]) -> None:
        with self._connection as transaction:
            transaction.executemany("DELETE FROM vectors WHERE digest = ?", [(digest,) for digest in digests])


def _insert_vectors(transaction: sqlite3.Connection, vectors: Mapping[str, np.ndarray]) -> None:
    transaction.executemany(
        "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
        [(digest, vector.astype("<f4").tobytes()) for digest, vector in vectors.items()],
    )
