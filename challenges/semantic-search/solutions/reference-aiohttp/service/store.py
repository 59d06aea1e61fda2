"""Documents and vectors on disk, in two SQLite files.

Documents are the truth and are committed before a write is answered. Vectors are a cache by content: they can be
bought again, but that costs money. Two files, because a file may only grow to 32 MB.
"""

import json
import logging
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from service.errors import StorageFull, StorageUnavailable
from service.models import Document
from service.vectors import Key, Vector

logger = logging.getLogger(__name__)

PAGE = 4_096
MAX_PAGES = 30 * 1024 * 1024 // PAGE
MAX_VECTORS = 26_000  # about 25 MB


class Store:
    """Every method may be called from any thread; one at a time gets its turn."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._documents = _open(folder / "documents.sqlite")
        self._vectors = _open(folder / "vectors.sqlite")
        self._documents.execute("CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, body BLOB NOT NULL)")
        self._vectors.execute(
            "CREATE TABLE IF NOT EXISTS vectors"
            " (number INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, half BLOB NOT NULL)"
        )

    def close(self) -> None:
        """Close both files."""
        with self._lock:
            self._documents.close()
            self._vectors.close()

    def documents(self) -> Iterator[Document]:
        """Everything that is stored."""
        with self._lock:
            rows = self._documents.execute("SELECT id, body FROM documents ORDER BY id").fetchall()
        for document_id, body in rows:
            yield _unpacked(document_id, body)

    def save(self, documents: Iterable[Document]) -> None:
        """Store all of these or, when this raises, none."""
        rows = [(document.id, _packed(document)) for document in documents]
        with self._lock, _transaction(self._documents) as cursor:
            cursor.executemany("INSERT OR REPLACE INTO documents (id, body) VALUES (?, ?)", rows)

    def delete(self, document_id: str) -> None:
        """Delete a document; an unknown one is no error."""
        with self._lock, _transaction(self._documents) as cursor:
            cursor.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def vectors(self, keys: Iterable[Key]) -> dict[Key, Vector]:
        """Those of the wanted vectors that are there."""
        found: dict[Key, Vector] = {}
        with self._lock:
            for key in keys:
                row = self._vectors.execute("SELECT half FROM vectors WHERE key = ?", (key,)).fetchone()
                if row:
                    found[key] = np.frombuffer(row[0], dtype=np.float16).astype(np.float32)
        return found

    def save_vectors(self, vectors: Mapping[Key, Vector]) -> None:
        """Keep vectors for later. If there is no room this only costs money later, so it is logged, not raised."""
        rows = [(key, vector.astype(np.float16).tobytes()) for key, vector in vectors.items()]
        try:
            with self._lock, _transaction(self._vectors) as cursor:
                cursor.executemany("INSERT OR IGNORE INTO vectors (key, half) VALUES (?, ?)", rows)
        except (StorageFull, StorageUnavailable) as error:
            logger.warning("%d vectors are kept in memory only: %s", len(rows), error)

    def drop_vectors(self, in_use: set[Key], limit: int = MAX_VECTORS) -> None:
        """Make room by dropping the oldest vectors of texts that are no longer stored."""
        with self._lock:
            keys = [key for (key,) in self._vectors.execute("SELECT key FROM vectors ORDER BY number")]
            surplus = len(keys) - limit
            if surplus <= 0:
                return
            unused = [(key,) for key in keys if key not in in_use][:surplus]
            with _transaction(self._vectors) as cursor:
                cursor.executemany("DELETE FROM vectors WHERE key = ?", unused)


def half_precision(vector: Vector) -> Vector:
    """The vector as it will be read back, so that scores are the same before and after a restart."""
    return vector.astype(np.float16).astype(np.float32)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {PAGE}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA max_page_count = {MAX_PAGES}")
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Cursor]:
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    cursor.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            message = "The storage is full; nothing was stored."
            raise StorageFull(message) from error
        message = "The storage is not available; nothing was stored."
        raise StorageUnavailable(message) from error


def _packed(document: Document) -> bytes:
    body = {"title": document.title, "text": document.text, "metadata": document.metadata}
    return zlib.compress(json.dumps(body, ensure_ascii=False).encode("utf-8"))


def _unpacked(document_id: str, body: bytes) -> Document:
    return Document(id=document_id, **json.loads(zlib.decompress(body)))
