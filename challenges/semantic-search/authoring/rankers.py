"""The rankers that thresholds are measured with: what a submission may reasonably build, from none to good.

Each takes an edition's articles and returns a function from questions to rankings of article ids.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from harness.edge.encoder import Encoder

TOKEN = r"[a-z0-9_]+"  # noqa: S105 - a token of a text
PIECE_WORDS = 150
WHOLE_WORDS = 200
"""Texts of up to so many words are encoded whole, longer ones in pieces; about what the encoder reads at once."""
LSA_DIMENSIONS = 150
DENSE_SHARE = 0.8
RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
TOP = 10

Scores = Any
"""A numpy array: a row for each question, a column for each article; nothing is found where it is not above zero."""


class Vectors:
    """Unit vectors of texts, each encoded once."""

    def __init__(self, model: Path) -> None:
        self._encoder = Encoder(model)
        self._known: dict[str, Any] = {}

    def of(self, texts: Sequence[str]) -> Any:
        """A row for each text."""
        with threadpool_limits(1):
            for text in texts:
                if text not in self._known:
                    self._known[text] = np.frombuffer(self._encoder.encode(text).vector, dtype="<f4")
        return np.stack([self._known[text] for text in texts])


class Rankers:
    """All rankers over one edition's articles and questions."""

    def __init__(self, articles: Sequence[dict[str, Any]], questions: Sequence[str], vectors: Vectors) -> None:
        self.ids = [article["id"] for article in articles]
        self.texts = [f"{article['title']}\n{article['text']}" for article in articles]
        self.articles = articles
        self.questions = list(questions)
        self._vectors = vectors

    def rankings(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Each ranker's name with its first ten article ids for every question."""
        table: dict[str, Callable[[], Scores]] = {
            "random": lambda: np.ones((len(self.questions), len(self.ids))),
            "any_word": self._any_word,
            "tfidf": lambda: self._tfidf[0],
            "bm25": lambda: self._bm25,
            "lsa": self._lsa,
            "dense_cut": lambda: self._questions @ self._vectors.of(self.texts).T,
            "dense": lambda: self._dense,
            "rank_fusion": self._rank_fusion,
            "fusion": lambda: DENSE_SHARE * _spread(self._dense) + (1 - DENSE_SHARE) * _spread(self._bm25),
        }
        for name, scores in table.items():
            yield name, self._first(scores())

    def _first(self, scores: Scores) -> list[list[str]]:
        """The best ids of each row; ties in a random order that is always the same."""
        rng = random.Random(7)
        found = []
        for row in scores:
            order = sorted(rng.sample(range(len(row)), len(row)), key=lambda n: -row[n])[:TOP]
            found.append([self.ids[n] for n in order if row[n] > 0])
        return found

    @cached_property
    def _tfidf(self) -> tuple[Scores, Any, Any]:
        reader = TfidfVectorizer(token_pattern=TOKEN, stop_words="english", sublinear_tf=True)
        articles = reader.fit_transform(self.texts)
        questions = reader.transform(self.questions)
        return (questions @ articles.T).toarray(), articles, questions

    def _any_word(self) -> Scores:
        return (self._tfidf[0] > 0).astype(float)

    @cached_property
    def _bm25(self) -> Scores:
        def words(texts: Sequence[str]) -> list[list[str]]:
            return bm25s.tokenize(
                list(texts),
                token_pattern=TOKEN,
                stopwords=sorted(ENGLISH_STOP_WORDS),
                return_ids=False,
                show_progress=False,
            )

        index = bm25s.BM25(dtype="float64")
        index.index(words(self.texts), show_progress=False)
        return np.stack([index.get_scores(asked) for asked in words(self.questions)])

    def _lsa(self) -> Scores:
        _, articles, questions = self._tfidf
        space = TruncatedSVD(LSA_DIMENSIONS, random_state=0)
        near = normalize(space.fit_transform(articles))
        return normalize(space.transform(questions)) @ near.T

    @cached_property
    def _questions(self) -> Any:
        return self._vectors.of(self.questions)

    @cached_property
    def _dense(self) -> Scores:
        """The best piece of each article counts."""
        pieces = [_pieces(article) for article in self.articles]
        starts = np.cumsum([0, *(len(own) for own in pieces[:-1])])
        cosines = self._questions @ self._vectors.of([piece for own in pieces for piece in own]).T
        return np.maximum.reduceat(cosines, starts, axis=1)

    def _rank_fusion(self) -> Scores:
        return sum(1 / (RANK_CONSTANT + _places(scores)) for scores in (self._dense, self._bm25))


def _pieces(article: dict[str, Any]) -> list[str]:
    words = article["text"].split()
    if len(words) <= WHOLE_WORDS:
        return [f"{article['title']}\n{article['text']}"]
    return [
        f"{article['title']}\n{' '.join(words[start : start + PIECE_WORDS])}"
        for start in range(0, len(words), PIECE_WORDS)
    ]


def _spread(scores: Scores) -> Scores:
    """Each row from 0 (its lowest) to 1 (its highest)."""
    low = scores.min(axis=1, keepdims=True)
    width = scores.max(axis=1, keepdims=True) - low
    return (scores - low) / np.where(width > 0, width, 1)


def _places(scores: Scores) -> Scores:
    """The rank of each article in its row, from 1; what was not found has none."""
    places = (-scores).argsort(axis=1, kind="stable").argsort(axis=1) + 1
    return np.where(scores > 0, places, np.inf)
