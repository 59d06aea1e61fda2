"""BM25 (Robertson and Zaragoza 2009) over words and identifiers."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

K1 = 1.2
B = 0.6

_WORD = re.compile(r"\w+", re.UNICODE)
_IDENTIFIER = re.compile(r"\w+(?:[-_./:]\w+)+")
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ers", "ed", "es", "er", "ly", "s")
_SHORTEST_STEM = 4
_STOPWORDS = frozenset(
    "a an and are as at be but by can do does for from had has have how i if in into is it its me my not of on or our "
    "so that the their then there these they this to was we what when where which who why will with you your".split()
)


def terms(text: str) -> list[str]:
    """Stemmed words without stop words, and identifiers such as ``ERR-42`` or ``max_size`` as a whole."""
    lowered = text.lower()
    words = [_stem(word) for word in _WORD.findall(lowered) if word not in _STOPWORDS]
    return words + _IDENTIFIER.findall(lowered)


def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return word[: -len(suffix)]
    return word


class Lexicon:
    """Term counts of all documents; knows which share words with a query, and how much."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._lengths: dict[str, int] = {}
        self._postings: defaultdict[str, set[str]] = defaultdict(set)
        self._total = 0

    def put(self, doc_id: str, text: str) -> None:
        self.remove(doc_id)
        counts = Counter(terms(text))
        self._counts[doc_id] = counts
        self._lengths[doc_id] = counts.total()
        self._total += counts.total()
        for term in counts:
            self._postings[term].add(doc_id)

    def remove(self, doc_id: str) -> None:
        for term in self._counts.pop(doc_id, ()):
            self._postings[term].discard(doc_id)
            if not self._postings[term]:
                del self._postings[term]
        self._total -= self._lengths.pop(doc_id, 0)

    def scores(self, query: str, allowed: Iterable[str]) -> dict[str, float]:
        """BM25 of the allowed documents that share a term, as a share (0 to 1) of what the query could reach."""
        wanted = set(terms(query))
        weights = {term: self._idf(term) for term in wanted}
        best = sum(weights.values()) * (K1 + 1)
        if not best:
            return {}
        permitted = set(allowed)
        found: defaultdict[str, float] = defaultdict(float)
        for term in sorted(wanted):  # a fixed order: sums of floats depend on it
            for doc_id in self._postings.get(term, set()) & permitted:
                found[doc_id] += weights[term] * self._saturation(doc_id, term) / best
        return found

    def _idf(self, term: str) -> float:
        having = len(self._postings.get(term, ()))
        return math.log(1 + (len(self._counts) - having + 0.5) / (having + 0.5))

    def _saturation(self, doc_id: str, term: str) -> float:
        count = self._counts[doc_id][term]
        average = self._total / len(self._counts)
        return count * (K1 + 1) / (count + K1 * (1 - B + B * self._lengths[doc_id] / average))
