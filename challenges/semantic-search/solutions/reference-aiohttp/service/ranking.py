"""One score per document out of meaning and words.

A document scores as well as its best passage: the cosine of the passage plus a bonus for the query's words in it. The
bonus grows with the square of the coverage, so one shared word hardly counts while sharing nearly all of them does.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.keywords import Hit
from service.vectors import Snapshot, Vector

WORDS = 0.35  # for all words of the query in one passage
EXACT = 1.3  # for an identifier, written out: above any difference of cosines
TITLE = 0.2  # for the cosine of the title alone
LENGTH = 0.015  # taken off per e-fold of passages, since the best of many is high by chance
DIGITS = 6  # scores are rounded before sorting, so that noise of the last bits cannot reorder


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document and which of its passages it was ranked by."""

    id: str
    score: float
    passage: int


def by_meaning(
    snapshot: Snapshot, vector: Vector, hits: Mapping[str, Hit], allowed: Container[str], page: slice
) -> list[Ranked]:
    """A page of the allowed documents, best first; equals in the order of their ids."""
    if not snapshot.ids:
        return []
    cosines = snapshot.matrix @ vector
    passages = _with_words(snapshot, cosines, hits)
    counts = np.diff(snapshot.first_row, append=len(cosines)) - 1
    best = np.where(counts > 0, np.maximum.reduceat(passages, snapshot.first_row), 0.0)
    exact = np.array([hits[name].exact if name in hits else 0.0 for name in snapshot.ids])
    titles = cosines[snapshot.first_row]
    scores = best + TITLE * titles + EXACT * exact - LENGTH * np.log(np.maximum(counts, 1))
    rounded = np.round(scores.astype(np.float64), DIGITS)
    order = [n for n in np.argsort(-rounded, kind="stable").tolist() if snapshot.ids[n] in allowed]
    return [Ranked(snapshot.ids[n], float(rounded[n]), _best_passage(snapshot, passages, n)) for n in order[page]]


def by_words(hits: Mapping[str, Hit], page: slice) -> list[Ranked]:
    """A page of the documents that share words with the query, best first: what is left when the gateway is out."""
    ranked = []
    for name, hit in hits.items():
        best = max(sorted(hit.passages), key=hit.passages.__getitem__, default=0)
        ranked.append(Ranked(name, round(hit.coverage + EXACT * hit.exact, DIGITS), best))
    return sorted(ranked, key=lambda one: (-one.score, one.id))[page]


def _with_words(snapshot: Snapshot, cosines: Vector, hits: Mapping[str, Hit]) -> NDArray[np.float32]:
    """Cosine plus bonus for every passage; the rows of titles are out of the race."""
    scores = cosines.copy()
    scores[snapshot.first_row] = -np.inf
    firsts = snapshot.first_row.tolist()
    for name, first, end in zip(snapshot.ids, firsts, [*firsts[1:], len(cosines)], strict=True):
        hit = hits.get(name)
        if hit is None:
            continue
        coverage = np.full(end - first - 1, hit.title, dtype=np.float32)
        for number, share in hit.passages.items():
            coverage[number] += share
        scores[first + 1 : end] += WORDS * coverage**2
    return scores


def _best_passage(snapshot: Snapshot, passages: NDArray[np.float32], number: int) -> int:
    first = int(snapshot.first_row[number])
    end = int(snapshot.first_row[number + 1]) if number + 1 < len(snapshot.ids) else len(passages)
    return int(np.argmax(passages[first + 1 : end])) if end - first > 1 else 0
