"""Ranking, cutting and storing, without HTTP and without the gateway."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

from search_service.chunking import CHUNK_CHARS, SNIPPET_CHARS, chunks, snippet
from search_service.index import Index, entry_of
from search_service.lexical import Lexicon, terms
from search_service.models import Document
from search_service.store import Store, digest_of


def document(text: str, **metadata: object) -> Document:
    return Document(title="Title", text=text, metadata=metadata)


class Chunking(unittest.TestCase):
    def test_long_texts_are_covered(self) -> None:
        """Every character that is no white space lies in a chunk, and no chunk is too long."""
        text = "One sentence stands here. " * 200 + "x" * 3_000
        spans = chunks(text)
        covered = {place for span in spans for place in range(span.start, span.end)}
        self.assertTrue(all(place in covered for place, char in enumerate(text) if not char.isspace()))
        self.assertTrue(all(span.end - span.start <= CHUNK_CHARS for span in spans))

    def test_snippets_are_passages(self) -> None:
        """The snippet is the sentence with the wanted words, cut from the text."""
        text = "Nothing of note. " * 20 + "The copper kettle whistles. " + "Nothing more. " * 20
        spans = chunks(text)
        cut = snippet("Title", text, spans[0], {"copper", "kettle"})
        self.assertTrue(cut.startswith("The copper kettle"))
        self.assertIn(cut, text)
        self.assertLessEqual(len(cut), SNIPPET_CHARS)


class Words(unittest.TestCase):
    def test_identifiers_stay_whole(self) -> None:
        """An identifier is a term beside its parts."""
        self.assertIn("err-42", terms("Seen ERR-42 again"))

    def test_removed_documents_leave_nothing(self) -> None:
        """Scores after a removal are those of a lexicon that never knew the document."""
        both, one = Lexicon(), Lexicon()
        for lexicon in (both, one):
            lexicon.put("a", "copper kettle")
        both.put("b", "copper pipe")
        both.remove("b")
        self.assertEqual(both.scores("copper", ["a", "b"]), one.scores("copper", ["a"]))


class Ranking(unittest.TestCase):
    def setUp(self) -> None:
        self.index = Index()
        self.axes = np.eye(3, dtype=np.float32)
        for place, name in enumerate(("kettle", "pipe", "lamp")):
            entry = entry_of(document(f"A {name}.", kind=name, number=place))
            self.index.put(name, entry, self.axes[place : place + 1])

    def test_meaning_ranks_without_words(self) -> None:
        """The nearest vector comes first when no word is shared."""
        ranked = self.index.rank("boil water", self.axes[0], {})
        self.assertEqual(ranked[0].id, "kettle")
        self.assertEqual(len(ranked), 3)

    def test_words_rank_without_vector(self) -> None:
        """Without the gateway only documents that share a word are listed."""
        self.assertEqual([r.id for r in self.index.rank("the lamp", None, {})], ["lamp"])

    def test_filters(self) -> None:
        """Equality by type, any of a list, all fields."""
        for conditions, expected in (
            ({"number": 1}, {"pipe"}),
            ({"number": "1"}, set()),
            ({"number": True}, set()),
            ({"kind": ["lamp", "pipe"]}, {"lamp", "pipe"}),
            ({"kind": ["lamp", "pipe"], "number": 2}, {"lamp"}),
            ({"colour": "red"}, set()),
        ):
            with self.subTest(conditions):
                self.assertEqual({r.id for r in self.index.rank("x", self.axes[0], conditions)}, expected)

    def test_replacing_forgets_the_old_vectors(self) -> None:
        """A document stored again without vectors is no longer found by its old meaning."""
        self.index.put("kettle", entry_of(document("A rope.")), None)
        self.assertEqual(self.index.without_vectors(), ["kettle"])
        self.assertEqual(self.index.rank("x", self.axes[0], {})[-1].score, 0.0)


class Storing(unittest.TestCase):
    def test_everything_survives_reopening(self) -> None:
        """Documents and vectors are the same after the store was opened again."""
        with tempfile.TemporaryDirectory() as folder:
            first = Store(Path(folder))
            stored = document("e\u0301 \U0001f34b", yes=True, n=2)
            vector = np.arange(4, dtype=np.float32)
            first.put({"a": stored}, {digest_of("a"): vector})
            first.close()
            again = Store(Path(folder))
            self.assertEqual(again.documents(), {"a": stored})
            np.testing.assert_array_equal(again.vectors()[digest_of("a")], vector)
            again.close()


if __name__ == "__main__":
    unittest.main()
