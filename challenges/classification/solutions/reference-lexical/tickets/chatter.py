"""Sentences that customers write whatever their trouble is, learnt from the closed tickets."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer

from tickets.cleaning import normalise, sentence_key, sentences
from tickets.records import Record

MIN_TICKETS = 6
MIN_CATEGORIES = 4
MAX_SHARE = 0.6
# Two typing errors in a sentence of usual length leave about this much of its letter runs.
ALIKE = 0.55
# Salutations, initials and cries of "Help!" are shorter.
MIN_SENTENCE = 13
_REPLY = re.compile(r"(?:re|fwd?)\s*:", re.IGNORECASE)


def mine(records: Iterable[Record]) -> list[str]:
    """Keys of sentences that are frequent and spread over the categories."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        said = [*sentences(record.body), *_fresh(record.subject)]
        for key in {sentence_key(sentence) for sentence in said}:
            seen[key][record.category] += 1
    return sorted(key for key, counts in seen.items() if _is_spread(counts))


def _is_spread(counts: Counter[str]) -> bool:
    tickets = counts.total()
    top = max(counts.values())
    return tickets >= MIN_TICKETS and len(counts) >= MIN_CATEGORIES and top / tickets < MAX_SHARE


class Chatter:
    """Takes chatter out of tickets, also when it is misspelt."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = list(keys)
        self._vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3))
        self._known = self._vectors.fit_transform(self.keys).T.tocsr()

    def core(self, subject: str, body: str) -> str:
        """What is left to judge: the telling sentences and a subject that says something."""
        long = [sentence for sentence in sentences(body) if len(sentence) >= MIN_SENTENCE]
        return normalise(" ".join(self._telling([*long, *_fresh(subject)])))

    def _telling(self, said: Sequence[str]) -> list[str]:
        if not said:
            return []
        keys = [sentence_key(sentence) for sentence in said]
        near = (self._vectors.transform(keys) @ self._known).max(axis=1).toarray().ravel()
        return [sentence for sentence, likeness in zip(said, near, strict=True) if likeness < ALIKE]


def _fresh(subject: str) -> list[str]:
    """The subject, unless it is empty or was inherited from another conversation."""
    text = subject.strip()
    return [text] if text and not _REPLY.match(text) else []
