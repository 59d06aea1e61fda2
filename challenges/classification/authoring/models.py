"""What a submission may reasonably build, from none to good.

Each model is given the training rows and then returns, for any rows, an array of a probability for each category.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from rules import PATTERNS
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from threadpoolctl import threadpool_limits

from harness.edge.encoder import Encoder

QUOTED = re.compile(r"^(>.*|-+ ?Original message ?-+[\s\S]*)", re.MULTILINE)
TAGS = re.compile(r"<[^>]+>")
SIGNED = re.compile(r"(?im)^(--|sent from my .*|kind regards|best wishes|cheers|thank you\.|([A-Z]\. ){1,2}.*)$")
GREETED = re.compile(r"(?im)^(hello|hi|hey|dear|good (morning|afternoon|day)|to whom)\b[^\n]{0,30},$")
ENDS = re.compile(r"(?<=[.!?…])\s+|\n+")
FEWEST_LETTERS = 4
ALIKE = 0.9
LEXICAL_C, DENSE_C, SENTENCE_C = 5.0, 5.0, 5.0
PASSES = 2

Row = dict[str, Any]
Array = Any
Model = Callable[[Sequence[Row]], Array]


class Vectors:
    """Unit vectors of texts, each encoded once."""

    def __init__(self, model: Path) -> None:
        self._encoder = Encoder(model)
        self.known: dict[str, Any] = {}

    def of(self, texts: Sequence[str]) -> Array:
        """A row for each text."""
        with threadpool_limits(1):
            for text in texts:
                if text not in self.known:
                    self.known[text] = np.frombuffer(self._encoder.encode(text).vector, dtype="<f4")
        return np.stack([self.known[text] for text in texts])


class Models:
    """All models over one training file."""

    def __init__(self, rows: Sequence[Row], names: Sequence[str], vectors: Vectors) -> None:
        self.rows = list(rows)
        self.names = list(names)
        self._vectors = vectors
        self.labels = np.array([self.names.index(row["category"]) for row in rows])

    def fitted(self) -> Iterator[tuple[str, Model]]:
        """Each model's name and the model, fitted on all rows."""
        with threadpool_limits(1):
            yield "majority", self._majority()
            yield "rules", self._rules()
            yield "tfidf", self.tfidf(self.rows, self.labels)
            yield "tfidf_weighted", self.tfidf(self.rows, self.labels, weights="balanced")
            yield "lexical", (lexical := self._lexical())
            yield "dense", self._dense(None)
            yield "dense_weighted", self._dense("balanced")
            yield "sentences", (sentences := self._sentences())
            yield "blend", lambda rows: (lexical(rows) + sentences(rows)) / 2

    def _majority(self) -> Model:
        shares = np.bincount(self.labels, minlength=len(self.names)) / len(self.labels)
        return lambda rows: np.tile(shares, (len(rows), 1))

    def _rules(self) -> Model:
        """Keywords counted; with none found, the most frequent category."""
        often = np.bincount(self.labels).argmax()

        def predict(rows: Sequence[Row]) -> Array:
            found = np.zeros((len(rows), len(self.names)))
            for row, scores in zip(rows, found, strict=True):
                text = cleaned(row).lower()
                for at, name in enumerate(self.names):
                    scores[at] = len(PATTERNS[name].findall(text))
                scores[often] += 0.01
            return found / found.sum(axis=1, keepdims=True)

        return predict

    def tfidf(self, rows: Sequence[Row], labels: Array, *, weights: str | None = None, queue: bool = False) -> Model:
        """Words of subject and body as they stand; perhaps the queue's name with them."""

        def texts(given: Sequence[Row]) -> list[str]:
            return [plain(row) + (f" queue_{row['queue'].replace(' ', '_')}" if queue else "") for row in given]

        pipe = Pipeline([("words", TfidfVectorizer()), ("model", _regression(1.0, weights))])
        pipe.fit(texts(rows), labels)
        return lambda given: self._all(pipe, pipe.predict_proba(texts(given)))

    def _lexical(self) -> Model:
        """Old mail and signatures stripped, words and letters, weights, one row of each group of near-duplicates."""
        features = FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)),
                ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)),
            ]
        )
        pipe = Pipeline([("features", features), ("model", _regression(LEXICAL_C, "balanced"))])
        kept = self._one_of_each
        pipe.fit([cleaned(self.rows[at]) for at in kept], self.labels[kept])
        return lambda rows: self._all(pipe, pipe.predict_proba([cleaned(row) for row in rows]))

    @cached_property
    def _one_of_each(self) -> Array:
        """The first row of each group of near-duplicates."""
        vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit_transform(
            [body(row) for row in self.rows]
        )
        alike = (vectors @ vectors.T).tocsr()
        return np.array(
            [
                at
                for at in range(len(self.rows))
                if not (
                    alike.data[alike.indptr[at] : alike.indptr[at + 1]][
                        alike.indices[alike.indptr[at] : alike.indptr[at + 1]] < at
                    ]
                    > ALIKE
                ).any()
            ]
        )

    def _dense(self, weights: str | None) -> Model:
        """One vector for the cleaned ticket."""
        model = _regression(DENSE_C, weights)
        model.fit(self._vectors.of([cleaned(row) for row in self.rows]), self.labels)
        return lambda rows: self._all(model, model.predict_proba(self._vectors.of([cleaned(row) for row in rows])))

    def _sentences(self) -> Model:
        """A vector for each sentence, and one more category for sentences that say nothing.

        A first model is fitted on all sentences with their ticket's category. It picks the sentence of each ticket
        that speaks for the category; the next one is fitted on these, the others saying nothing. What a sentence
        says nothing of is spread over all categories; the product over a ticket's sentences decides.
        """
        texts, owners = _pieces(self.rows)
        vectors, labels, nothing = self._vectors.of(texts), self.labels[owners], len(self.names)
        model = _regression(SENTENCE_C, "balanced").fit(vectors, labels)
        for _ in range(PASSES):
            fit = model.predict_proba(vectors)[np.arange(len(labels)), labels]
            order = np.lexsort((-fit, owners))
            speaking = order[np.unique(owners[order], return_index=True)[1]]
            told = np.full(len(labels), nothing)
            told[speaking] = labels[speaking]
            model = _regression(SENTENCE_C, "balanced").fit(vectors, told)

        def predict(rows: Sequence[Row]) -> Array:
            texts, owners = _pieces(rows)
            found = model.predict_proba(self._vectors.of(texts))
            logs = np.zeros((len(rows), nothing))
            np.add.at(logs, owners, np.log(found[:, :nothing] + found[:, nothing:] / nothing))
            odds = np.exp(logs - logs.max(axis=1, keepdims=True))
            return odds / odds.sum(axis=1, keepdims=True)

        return predict

    def _all(self, model: Any, found: Array) -> Array:
        """Probabilities of all categories, also of those that the training rows lack."""
        probabilities = np.zeros((len(found), len(self.names)))
        probabilities[:, model.classes_] = found
        return probabilities


def _regression(strength: float, weights: str | None) -> LogisticRegression:
    return LogisticRegression(C=strength, class_weight=weights, max_iter=2000)


def plain(row: Row) -> str:
    """Subject and body as they stand."""
    return f"{row['subject']}\n{row['body']}"


def body(row: Row) -> str:
    """The body without tags, old mail, greeting and signature."""
    text = html.unescape(TAGS.sub("\n", row["body"])).replace("\u200b", "")
    return SIGNED.sub("", GREETED.sub("", QUOTED.sub("", text))).strip()


def cleaned(row: Row) -> str:
    """Subject and the cleaned body."""
    return f"{row['subject']}\n{body(row)}"


def sentences(row: Row) -> list[str]:
    """The sentences of a ticket; of an empty one an empty sentence."""
    found = [part.strip() for part in ENDS.split(cleaned(row))]
    return [part for part in found if len(part) >= FEWEST_LETTERS] or [""]


def _pieces(rows: Sequence[Row]) -> tuple[list[str], Array]:
    """All sentences, and which row each is of."""
    pieces = [sentences(row) for row in rows]
    return [text for own in pieces for text in own], np.repeat(np.arange(len(rows)), [len(own) for own in pieces])
