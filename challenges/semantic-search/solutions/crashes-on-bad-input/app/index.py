"""The documents in memory, and how a query ranks them. Knows neither HTTP nor gateway nor disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.chunking import Span, chunks
from app.lexical import Lexicon
from app.models import Document, Scalar

DENSE_SHARE = 0.8
"""Of the score; the words have the rest. See README."""

Filter = Mapping[str, Scalar | list[Scalar]]


@dataclass(frozen=True)
class Entry:
    """A document and the texts that are embedded for it, one per chunk."""

    document: Document
    spans: tuple[Span, ...]
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Ranked:
    """A document's place; ``span`` is its best chunk, if meaning had a say."""

    id: str
    score: float
    span: Span | None


def entry_of(document: Document) -> Entry:
    """Cut a document up; the title goes with each chunk, which may not name its subject."""
    spans = tuple(chunks(document.text))
    passages = tuple(f"{document.title}\n{document.text[s.start : s.end]}" for s in spans) or (document.title,)
    return Entry(document=document, spans=spans, passages=passages)


class Index:
    """Entries by id, with vectors where there are any yet."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._vectors: dict[str, np.ndarray] = {}
        self._lexicon = Lexicon()
        self._matrix: tuple[list[str], np.ndarray, np.ndarray] | None = None

    def put(self, doc_id: str, entry: Entry, vectors: np.ndarray | None) -> None:
        """Store or replace; without vectors the document is found by its words only."""
        self.entries[doc_id] = entry
        self._lexicon.put(doc_id, f"{entry.document.title}\n{entry.document.title}\n{entry.document.text}")
        self._vectors.pop(doc_id, None)
        if vectors is not None:
            self._vectors[doc_id] = vectors
        self._matrix = None

    def add_vectors(self, doc_id: str, vectors: np.ndarray) -> None:
        self._vectors[doc_id] = vectors
        self._matrix = None

    def remove(self, doc_id: str) -> None:
        del self.entries[doc_id]
        self._lexicon.remove(doc_id)
        self._vectors.pop(doc_id, None)
        self._matrix = None

    def without_vectors(self) -> list[str]:
        return [doc_id for doc_id in self.entries if doc_id not in self._vectors]

    def rank(self, query: str, vector: np.ndarray | None, conditions: Filter) -> list[Ranked]:
        """All documents that fit, best first; those that share a word only, when there is no query vector."""
        allowed = {i for i, entry in self.entries.items() if _fits(entry.document.metadata, conditions)}
        words = self._lexicon.scores(query, allowed)
        if vector is None:
            ranked = [Ranked(doc_id, score, self._first_span(doc_id)) for doc_id, score in words.items()]
        else:
            meaning = self._meaning(vector, allowed)
            ranked = [self._combined(doc_id, words.get(doc_id, 0.0), meaning.get(doc_id)) for doc_id in allowed]
        return sorted(ranked, key=lambda r: (-r.score, r.id))

    def _combined(self, doc_id: str, words: float, meaning: tuple[float, int] | None) -> Ranked:
        cosine, place = meaning or (0.0, 0)
        spans = self.entries[doc_id].spans
        score = DENSE_SHARE * cosine + (1 - DENSE_SHARE) * words
        return Ranked(doc_id, score, spans[place] if spans else None)

    def _first_span(self, doc_id: str) -> Span | None:
        return next(iter(self.entries[doc_id].spans), None)

    def _meaning(self, vector: np.ndarray, allowed: set[str]) -> dict[str, tuple[float, int]]:
        """Per document the highest cosine of its chunks, and which chunk has it."""
        ids, matrix, starts = self._stacked()
        if not ids:
            return {}
        cosines = matrix @ vector
        ends = np.append(starts[1:], len(cosines))
        found = {}
        for doc_id, start, end in zip(ids, starts, ends, strict=True):
            if doc_id in allowed:
                place = int(np.argmax(cosines[start:end]))
                found[doc_id] = (float(cosines[start + place]), place)
        return found

    def _stacked(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        if self._matrix is None:
            ids = sorted(self._vectors)
            blocks = [self._vectors[doc_id] for doc_id in ids]
            starts = np.cumsum([0, *(len(block) for block in blocks[:-1])])
            self._matrix = (ids, np.concatenate(blocks) if blocks else np.empty((0, 0)), starts)
        return self._matrix


def _fits(metadata: Mapping[str, Scalar], conditions: Filter) -> bool:
    return all(name in metadata and _matches(metadata[name], wanted) for name, wanted in conditions.items())


def _matches(value: Scalar, wanted: Scalar | Sequence[Scalar]) -> bool:
    options = wanted if isinstance(wanted, list) else [wanted]
    return any(_kind(value) == _kind(option) and value == option for option in options)


def _kind(value: Scalar) -> str:
    """JSON's types: true is no number (in Python ``True == 1``)."""
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else "text"
