"""The use cases: store, read, delete and search. It knows nothing of HTTP."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service import passages, ranking, words
from service.embedder import Embedder
from service.errors import DocumentNotFound, GatewayError, GatewayRefused, SearchUnavailable, StorageFull
from service.filters import matches
from service.gateway import Gateway
from service.keywords import Features, KeywordIndex
from service.models import Document, Result, SearchRequest
from service.queries import Queries
from service.ranking import Ranked
from service.store import Store, half_precision
from service.vectors import DIMENSIONS, Key, Vector, VectorIndex, key_of

logger = logging.getLogger(__name__)

WRITE_WAIT = 40.0  # of the 60 s that a write has
MAX_CHARACTERS = 12_000_000  # of all texts together; extrapolated to some 700 MB of memory at worst
TITLE_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with everything that is derived from it."""

    document: Document
    spans: list[passages.Span]
    texts: dict[Key, str]
    keys: list[Key]
    features: Features


def entry_of(document: Document, model: str) -> Entry:
    """Cut a document into passages and prepare it for both indexes."""
    spans = passages.split(document.text)
    pieces = [document.text[start:end] for start, end in spans]
    headline = document.title[:TITLE_CHARACTERS]
    inputs = [document.title, *(f"{headline}\n{piece}" for piece in pieces)]
    keys = [key_of(model, text) for text in inputs]
    texts = {key: text for key, text in zip(keys, inputs, strict=True) if text.strip()}
    return Entry(document, spans, texts, keys, Features.of(document.title, pieces))


class Catalogue:
    """All stored documents, on disk and ready to be searched."""

    def __init__(self, store: Store, gateway: Gateway, model: str) -> None:
        self._store = store
        self._model = model
        self._entries: dict[str, Entry] = {}
        self._keywords = KeywordIndex()
        self._vectors = VectorIndex()
        self._queries = Queries(gateway)
        self._embedder = Embedder(gateway, self._deliver, self._vectors.needs)
        self._writing = asyncio.Lock()
        self._characters = 0

    async def load(self) -> None:
        """Read what is on disk; what has no vector yet is embedded in the background."""
        for document in self._store.documents():
            self._index(entry_of(document, self._model))
        keys = self._vectors.in_use()
        self._vectors.put(self._store.vectors(keys))
        self._store.drop_vectors(keys)
        for entry in self._entries.values():
            self._embedder.add(self._without_vector(entry.texts))

    async def run(self) -> None:
        """Embed in the background until cancelled."""
        await self._embedder.run()

    def get(self, document_id: str) -> Document:
        """A stored document."""
        try:
            return self._entries[document_id].document
        except KeyError:
            message = f"No document has the id {document_id!r}."
            raise DocumentNotFound(message) from None

    async def put(self, documents: Sequence[Document]) -> None:
        """Store all of the documents or none, and wait for their vectors while the gateway works."""
        entries = await asyncio.to_thread(lambda: [entry_of(document, self._model) for document in documents])
        texts = {key: text for entry in entries for key, text in entry.texts.items()}
        async with self._writing:
            self._check_room(documents)
            known = await asyncio.to_thread(self._store.vectors, texts)
            await asyncio.to_thread(self._store.save, documents)
            for entry in entries:
                self._index(entry)
            self._vectors.put(known)
            missing = self._without_vector(texts)
            self._embedder.add(missing)
        if missing:
            await self._embedder.settled(missing, WRITE_WAIT)

    async def delete(self, document_id: str) -> None:
        """Delete a document; an unknown one is no error."""
        async with self._writing:
            if document_id not in self._entries:
                return
            await asyncio.to_thread(self._store.delete, document_id)
            self._keywords.remove(document_id)
            self._vectors.remove(document_id)
            self._characters -= len(self._entries.pop(document_id).document.text)

    async def search(self, request: SearchRequest) -> list[Result]:
        """One page of the documents that match the filter, best first."""
        if request.offset >= len(self._matching(request)):
            return []
        vector = await self._query_vector(request.query)
        allowed = self._matching(request)
        hits = {name: hit for name, hit in self._keywords.search(request.query).items() if name in allowed}
        part = slice(request.offset, request.offset + request.top_k)
        if vector is None:
            page = ranking.by_words(hits, part)
        else:
            page = ranking.by_meaning(self._vectors.snapshot(), vector, hits, allowed, part)
        if vector is None and allowed and not page:
            message = "The embeddings gateway does not answer and no keyword matches; please try again later."
            raise SearchUnavailable(message)
        wanted = set(words.terms(request.query))
        return [Result(one.id, one.score, self._snippet(one, wanted)) for one in page]

    def _matching(self, request: SearchRequest) -> set[str]:
        return {name for name, entry in self._entries.items() if matches(entry.document.metadata, request.wanted)}

    async def _query_vector(self, query: str) -> Vector | None:
        """The vector of a query; zeros if it has no meaning to the gateway, None in an outage."""
        if not query.strip():
            return np.zeros(DIMENSIONS, dtype=np.float32)
        try:
            return await self._queries.vector(query)
        except GatewayRefused as refusal:
            logger.warning("The gateway refuses a query: %s", refusal)
            return np.zeros(DIMENSIONS, dtype=np.float32)
        except GatewayError:
            return None

    def _snippet(self, ranked: Ranked, wanted: set[str]) -> str:
        entry = self._entries[ranked.id]
        if not entry.spans:
            return entry.document.title

        def worth(candidate: str) -> float:
            return len(wanted.intersection(words.terms(candidate)))

        return passages.snippet(entry.document.text, entry.spans[ranked.passage], worth)

    def _index(self, entry: Entry) -> None:
        name = entry.document.id
        if name in self._entries:
            self._characters -= len(self._entries[name].document.text)
        self._characters += len(entry.document.text)
        self._entries[name] = entry
        self._keywords.add(name, entry.features)
        self._vectors.add(name, entry.keys)

    def _check_room(self, documents: Sequence[Document]) -> None:
        replaced = sum(len(self._entries[one.id].document.text) for one in documents if one.id in self._entries)
        if self._characters - replaced + sum(len(one.text) for one in documents) > MAX_CHARACTERS:
            message = f"All texts together may have {MAX_CHARACTERS} characters; nothing was stored."
            raise StorageFull(message)

    def _without_vector(self, texts: Mapping[Key, str]) -> dict[Key, str]:
        return {key: texts[key] for key in self._vectors.missing(texts)}

    async def _deliver(self, vectors: Mapping[Key, Vector]) -> None:
        """Take vectors from the embedder."""
        halves = {key: half_precision(vector) for key, vector in vectors.items()}
        await asyncio.to_thread(self._store.save_vectors, halves)
        self._vectors.put(halves)
