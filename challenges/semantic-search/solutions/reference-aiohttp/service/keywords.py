"""The keyword side of the ranking: words, identifiers and acronyms, per passage.

Word overlap is measured as coverage: which share of the query's words, weighted by rarity, a passage contains. Unlike
raw BM25 sums it lies between 0 and 1 whatever the query, so that it can be added to a cosine.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service import words

TITLE = 1  # the bit of the title in a mask; passage n has the bit n + 1
_IDENTIFIER = "#"
_ACRONYM = "^"
_NUMBER = 0.4  # a bare number is often a quantity and not a code


@dataclass(frozen=True, slots=True)
class Features:
    """What the keyword index keeps about a document."""

    masks: dict[str, int]
    heads: tuple[str, str]
    passages: int

    @classmethod
    def of(cls, title: str, passages: Sequence[str]) -> "Features":
        """The features of a document in passages."""
        masks: dict[str, int] = {}
        for number, part in enumerate((title, *passages)):
            for key in _keys(part):
                masks[key] = masks.get(key, 0) | 1 << number
        return cls(masks, words.heads(f"{title}\n{' '.join(passages)}"), len(passages))


@dataclass(slots=True)
class Hit:
    """How well a document matches the words of a query."""

    title: float = 0.0
    passages: dict[int, float] = field(default_factory=dict)
    exact: float = 0.0

    @property
    def coverage(self) -> float:
        """The coverage of the best passage; the title belongs to every passage."""
        return self.title + max(self.passages.values(), default=0.0)


class KeywordIndex:
    """Which documents hold which words, and where."""

    def __init__(self) -> None:
        self._documents: dict[str, Features] = {}
        self._postings: dict[str, dict[str, int]] = {}

    def add(self, document_id: str, features: Features) -> None:
        """Index a document, in place of what was there under its id."""
        self.remove(document_id)
        self._documents[document_id] = features
        for key, mask in features.masks.items():
            self._postings.setdefault(key, {})[document_id] = mask

    def remove(self, document_id: str) -> None:
        """Forget a document; an unknown one is no error."""
        features = self._documents.pop(document_id, None)
        for key in features.masks if features else ():
            postings = self._postings[key]
            del postings[document_id]
            if not postings:
                del self._postings[key]

    def search(self, query: str) -> dict[str, Hit]:
        """Every document that shares a word, identifier or acronym with the query."""
        hits: dict[str, Hit] = {}
        self._count_words(query, hits)
        self._count_identifiers(query, hits)
        return hits

    def _count_words(self, query: str, hits: dict[str, Hit]) -> None:
        found = self._postings_of(query)
        rarities = {term: self._rarity(len(postings)) for term, postings in found.items()}
        total = sum(rarities.values()) or 1.0
        for term, postings in found.items():
            for document_id, mask in postings.items():
                _cover(hits.setdefault(document_id, Hit()), mask, rarities[term] / total)

    def _postings_of(self, query: str) -> dict[str, dict[str, int]]:
        """The words of a query, and where they are: themselves, spelled out, or abbreviated."""
        acronyms = set(words.capitals(query))
        found = {term: self._postings.get(term, {}) for term in words.terms(query)}
        for term, postings in found.items():
            if term in acronyms or (not postings and _may_be_acronym(term)):
                found[term] = self._expansions(term) | postings
        for name in words.initials(query):
            if _ACRONYM + name in self._postings:
                found.setdefault(name, self._postings[_ACRONYM + name])
        return found

    def _count_identifiers(self, query: str, hits: dict[str, Hit]) -> None:
        named = dict.fromkeys(words.identifiers(query))
        joined = (name for name in words.joined(query) if _IDENTIFIER + name in self._postings)
        for name in named | dict.fromkeys(joined):
            postings = self._postings.get(_IDENTIFIER + name, {})
            rarity = self._rarity(len(postings)) / self._rarity(1) * (_NUMBER if name.isdecimal() else 1.0)
            for document_id, mask in postings.items():
                hit = hits.setdefault(document_id, Hit())
                hit.exact = max(hit.exact, rarity * (1.2 if mask & TITLE else 1.0))

    def _expansions(self, acronym: str) -> dict[str, int]:
        """The documents in which neighbouring words have these initials."""
        pattern = words.acronym_pattern(acronym)
        return {
            document_id: TITLE
            for document_id, features in self._documents.items()
            if any(pattern.match(heads) for heads in features.heads)
        }

    def _rarity(self, documents: int) -> float:
        """The usual inverse document frequency; a word that nobody has counts like one that a single document has."""
        frequency = max(1, documents)
        return math.log(1 + (len(self._documents) - frequency + 0.5) / (frequency + 0.5))


def _keys(text: str) -> Iterator[str]:
    yield from words.terms(text)
    for name in words.identifiers(text):
        yield _IDENTIFIER + name
    for name in words.capitals(text):
        yield _ACRONYM + name


def _may_be_acronym(term: str) -> bool:
    """An unknown word in lower case with few vowels, such as 'rfid' or 'pdf'."""
    vowels = sum(letter in "aeiou" for letter in term)
    return 3 <= len(term) <= 6 and term.isascii() and term.isalpha() and vowels * 4 <= len(term)


def _cover(hit: Hit, mask: int, share: float) -> None:
    """Count a word of the query for the title, or else for each passage that has it."""
    if mask & TITLE:
        hit.title += share
        return
    rest = mask >> 1
    while rest:
        lowest = rest & -rest
        number = lowest.bit_length() - 1
        hit.passages[number] = hit.passages.get(number, 0.0) + share
        rest ^= lowest
