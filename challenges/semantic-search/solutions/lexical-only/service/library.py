"""Documents on disk and in memory, and BM25 over them."""

import json
import re
import sqlite3
from pathlib import Path

from service.lexical import Lexicon
from service.models import Document, Hit, Search

SNIPPET_CHARS = 300


class Library:
    def __init__(self, folder: str) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(Path(folder) / "documents.sqlite3", check_same_thread=False)
        self._connection.execute("CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, body TEXT)")
        self._lexicon = Lexicon()
        self.documents: dict[str, Document] = {}
        for doc_id, body in self._connection.execute("SELECT id, body FROM documents"):
            self._remember(doc_id, Document(**json.loads(body)))

    def put(self, documents: dict[str, Document]) -> None:
        with self._connection as transaction:
            transaction.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?)",
                [(doc_id, json.dumps(document.model_dump())) for doc_id, document in documents.items()],
            )
        for doc_id, document in documents.items():
            self._remember(doc_id, document)

    def delete(self, doc_id: str) -> bool:
        if doc_id not in self.documents:
            return False
        with self._connection as transaction:
            transaction.execute("DELETE FROM documents WHERE id = ?", (doc_id,))
        del self.documents[doc_id]
        self._lexicon.remove(doc_id)
        return True

    def search(self, search: Search) -> list[Hit]:
        allowed = {doc_id for doc_id, document in self.documents.items() if _fits(document.metadata, search.filter)}
        scores = self._lexicon.scores(search.query, allowed)
        ranking = sorted(scores, key=lambda doc_id: (-scores[doc_id], doc_id))
        page = ranking[search.offset : search.offset + search.top_k]
        return [Hit(id=i, score=scores[i], snippet=_snippet(self.documents[i], search.query)) for i in page]

    def _remember(self, doc_id: str, document: Document) -> None:
        self.documents[doc_id] = document
        self._lexicon.put(doc_id, f"{document.title}\n{document.text}")


def _fits(metadata: dict, conditions: dict) -> bool:
    for name, wanted in conditions.items():
        options = wanted if isinstance(wanted, list) else [wanted]
        if name not in metadata or not any(_key(metadata[name]) == _key(option) for option in options):
            return False
    return True


def _key(value: object) -> tuple[str, object]:
    if isinstance(value, bool):
        return ("truth", value)
    return ("text" if isinstance(value, str) else "number", value)


def _snippet(document: Document, query: str) -> str:
    for word in re.findall(r"\w{4,}", query.lower()):
        place = document.text.lower().find(word)
        if place >= 0:
            return document.text[place : place + SNIPPET_CHARS]
    return document.text[:SNIPPET_CHARS].strip() or document.title
