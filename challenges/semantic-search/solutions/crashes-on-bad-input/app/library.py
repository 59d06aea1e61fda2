"""What the service promises about documents and searches, whatever the gateway does.

A write is committed to disk, then shown in memory, then answered. Without the gateway it is committed all the same:
the document is found by its words, and a background task adds its vectors once the gateway is back.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping

import numpy as np

from app.chunking import snippet
from app.embeddings import Embeddings, GatewayError
from app.index import Entry, Index, Ranked, entry_of
from app.models import Document, Hit, Search
from app.store import Store, digest_of

QUERY_BUDGET_S, QUERY_CALL_S = 6.0, 2.5
WRITE_BUDGET_S, WRITE_CALL_S = 40.0, 15.0
CATCH_UP_EVERY_S = 2.0

log = logging.getLogger(__name__)


class SearchUnavailableError(Exception):
    """The gateway is down and no document shares a word with the query."""


class Library:
    """All documents; the only one that changes store and index, under one lock."""

    def __init__(self, store: Store, embeddings: Embeddings) -> None:
        self._store = store
        self._embeddings = embeddings
        self._index = Index()
        self._lock = asyncio.Lock()
        self._known = store.vectors()
        for doc_id, document in store.documents().items():
            entry = entry_of(document)
            self._index.put(doc_id, entry, self._vectors_of(entry))

    def get(self, doc_id: str) -> Document | None:
        entry = self._index.entries.get(doc_id)
        return entry.document if entry else None

    async def put(self, documents: Mapping[str, Document]) -> None:
        """Store all of them, or none."""
        entries = {doc_id: entry_of(document) for doc_id, document in documents.items()}
        try:
            fresh = await self._embed(entries.values(), WRITE_BUDGET_S, WRITE_CALL_S)
        except GatewayError as error:
            log.warning("stored without vectors: %s", error)
            fresh = {}
        async with self._lock:
            await asyncio.to_thread(self._store.put, documents, fresh)
            self._known |= fresh
            replaced = [self._index.entries[doc_id] for doc_id in entries if doc_id in self._index.entries]
            for doc_id, entry in entries.items():
                self._index.put(doc_id, entry, self._vectors_of(entry))
            await self._forget(replaced)

    async def delete(self, doc_id: str) -> bool:
        """Whether there was such a document."""
        async with self._lock:
            entry = self._index.entries.get(doc_id)
            if entry is None:
                return False
            await asyncio.to_thread(self._store.delete, doc_id)
            self._index.remove(doc_id)
            await self._forget([entry])
        return True

    async def search(self, search: Search) -> list[Hit]:
        """One page of the ranking.

        Raises:
            SearchUnavailableError: nothing honest can be said without the gateway.
        """
        try:
            rows = await self._embeddings.embed([search.query], budget_s=QUERY_BUDGET_S, call_s=QUERY_CALL_S)
            vector = rows[0]
        except GatewayError as error:
            log.warning("search by words only: %s", error)
            vector = None
        ranking = self._index.rank(search.query, vector, search.filter)
        if vector is None and not ranking:
            raise SearchUnavailableError
        wanted = set(search.query.lower().split())
        return [self._hit(ranked, wanted) for ranked in ranking[search.offset : search.offset + search.top_k]]

    async def catch_up_forever(self) -> None:
        """Embed what was stored while the gateway was away."""
        while True:
            await asyncio.sleep(CATCH_UP_EVERY_S)
            waiting = {doc_id: self._index.entries[doc_id] for doc_id in self._index.without_vectors()}
            if not waiting:
                continue
            try:
                fresh = await self._embed(waiting.values(), WRITE_BUDGET_S, QUERY_CALL_S)
            except GatewayError:
                continue
            async with self._lock:
                await self._add_vectors(waiting, fresh)

    async def _add_vectors(self, waiting: Mapping[str, Entry], fresh: Mapping[str, np.ndarray]) -> None:
        await asyncio.to_thread(self._store.put_vectors, fresh)
        self._known |= fresh
        for doc_id, entry in waiting.items():
            vectors = self._vectors_of(entry)
            if self._index.entries.get(doc_id) is entry and vectors is not None:
                self._index.add_vectors(doc_id, vectors)
        await self._forget(waiting.values())

    async def _embed(self, entries: Iterable[Entry], budget_s: float, call_s: float) -> dict[str, np.ndarray]:
        """Vectors of passages that have none yet, by digest."""
        missing = {digest_of(text): text for entry in entries for text in entry.passages}
        missing = {digest: text for digest, text in missing.items() if digest not in self._known}
        rows = await self._embeddings.embed(list(missing.values()), budget_s=budget_s, call_s=call_s)
        return dict(zip(missing, rows, strict=True))

    def _vectors_of(self, entry: Entry) -> np.ndarray | None:
        rows = [self._known.get(digest_of(text)) for text in entry.passages]
        return None if any(row is None for row in rows) else np.stack(rows)

    async def _forget(self, old: Iterable[Entry]) -> None:
        """Drop vectors of passages that no document has any more."""
        gone = {digest_of(text) for entry in old for text in entry.passages} & self._known.keys()
        if gone:
            gone -= {digest_of(text) for entry in self._index.entries.values() for text in entry.passages}
        for digest in gone:
            del self._known[digest]
        await asyncio.to_thread(self._store.forget_vectors, gone)

    def _hit(self, ranked: Ranked, wanted: set[str]) -> Hit:
        document = self._index.entries[ranked.id].document
        return Hit(
            id=ranked.id,
            score=round(ranked.score, 6),
            snippet=snippet(document.title, document.text, ranked.span, wanted),
        )
