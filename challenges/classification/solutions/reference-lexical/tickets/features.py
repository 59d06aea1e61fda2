"""Words, pairs of words and runs of letters as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from tickets.calibration import Floats

_PLANS: tuple[dict[str, Any], ...] = (
    {"analyzer": "word", "ngram_range": (1, 2), "sublinear_tf": True, "token_pattern": r"(?u)\b\w+\b"},
    {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True},
)
_MIN_TICKETS = 2
_MAX_FEATURES = 80_000


@dataclass(frozen=True)
class Part:
    """All that one of the two vectorizers has learnt."""

    terms: tuple[str, ...]
    idf: Floats


class Features:
    """The two vectorizers side by side; what they learnt can be stored as plain data."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._vectorizers = [_restored(plan, part) for plan, part in zip(_PLANS, self.parts, strict=True)]

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Features:
        """The features of a collection of texts."""
        return cls([_learnt(plan, texts) for plan in _PLANS])

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """One row per text."""
        return hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers], format="csr")

    def known_words(self, row: csr_matrix) -> int:
        """How many words and pairs of a row were seen in training; letter runs say little by themselves."""
        return int(row[:, : len(self.parts[0].terms)].nnz)

    @property
    def width(self) -> int:
        """How many features there are."""
        return sum(len(part.terms) for part in self.parts)


def _learnt(plan: dict[str, Any], texts: Sequence[str]) -> Part:
    vectorizer = TfidfVectorizer(**plan, min_df=min(_MIN_TICKETS, len(texts)), max_features=_MAX_FEATURES).fit(texts)
    return Part(terms=tuple(vectorizer.get_feature_names_out().tolist()), idf=np.asarray(vectorizer.idf_))


def _restored(plan: dict[str, Any], part: Part) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**plan, vocabulary={term: place for place, term in enumerate(part.terms)})
    vectorizer.idf_ = part.idf
    return vectorizer
