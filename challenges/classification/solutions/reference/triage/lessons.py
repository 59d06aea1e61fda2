"""Learning: which labels to believe, how much each ticket counts, and how the experts are tuned."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from triage.model import Expert, Voices
from triage.odds import CAUTION, Array, payoff, worth
from triage.terms import DESKS
from triage.wording import WIDTH, Sparse

Numbers = NDArray[np.int64]

TWINS = 0.85
JURY = 3
CHECKED_COUNTS = 2.0
SOFTNESS_OF_MEANING = 10.0
SOFTNESS_OF_WORDING = 20.0
FOLDS = 5
_LOUDNESS = (0.0, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 2.6)


@dataclass(frozen=True)
class Lessons:
    """Tickets as vectors. ``checked`` marks those whose label two people set."""

    meanings: Array
    wordings: csr_matrix
    desks: Numbers
    checked: NDArray[np.bool_]

    def only(self, rows: Numbers) -> Lessons:
        """Some of the tickets."""
        return replace(
            self,
            meanings=self.meanings[rows],
            wordings=self.wordings[rows],
            desks=self.desks[rows],
            checked=self.checked[rows],
        )


class Experts(NamedTuple):
    """One who knows meanings and one who knows words."""

    meaning: Expert
    wording: Expert


class Marks(NamedTuple):
    """How well held-out tickets were judged."""

    macro_f1: float
    utility: float
    sent: float
    log_loss: float


def stacked(vectors: Sequence[Sparse]) -> csr_matrix:
    """Sparse vectors as the rows of a matrix."""
    ends = np.cumsum([0, *(len(vector.places) for vector in vectors)])
    places = np.concatenate([vector.places for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors])
    return csr_matrix((values, places, ends), shape=(len(vectors), WIDTH))


def reviewed(lessons: Lessons) -> tuple[Numbers, Array]:
    """Labels after a look at each ticket's near twins, and the tickets' weights.

    An exported label gives way to the one that more than half of at least three twins bear. A ticket with many twins
    counts for less, and every desk counts the same.
    """
    twins = lessons.meanings @ lessons.meanings.T >= TWINS
    votes = twins.astype(np.float64) @ np.eye(len(DESKS))[lessons.desks]
    crowd = twins.sum(axis=1)
    settled = (crowd >= JURY) & (2 * votes.max(axis=1) > crowd) & ~lessons.checked
    desks = np.where(settled, votes.argmax(axis=1), lessons.desks)
    weights = np.where(lessons.checked, CHECKED_COUNTS, 1.0) / np.sqrt(crowd)
    weights = weights / np.bincount(desks, weights=weights, minlength=len(DESKS))[desks]
    return desks, weights / weights.mean()


def taught(lessons: Lessons) -> Experts:
    """Both experts after these lessons."""
    desks, weights = reviewed(lessons)
    return Experts(
        _expert(lessons.meanings, desks, weights, SOFTNESS_OF_MEANING),
        _expert(lessons.wordings, desks, weights, SOFTNESS_OF_WORDING),
    )


def _expert(rows: Array | csr_matrix, desks: Numbers, weights: Array, softness: float) -> Expert:
    used = np.unique(rows.nonzero()[1])  # most hashed places stand empty, and would only slow the learner
    learner = LogisticRegression(C=softness, max_iter=500).fit(rows[:, used], desks, sample_weight=weights)
    columns = np.zeros((rows.shape[1], len(DESKS)))
    start = np.full(len(DESKS), -30.0)
    columns[np.ix_(used, learner.classes_)] = learner.coef_.T
    start[learner.classes_] = learner.intercept_
    return Expert(columns, start)


def rehearsals(lessons: Lessons) -> Iterator[tuple[Lessons, Numbers]]:
    """What to learn from, and which checked tickets to be asked. No checked twin of those asked is learnt from."""
    checked = np.flatnonzero(lessons.checked)
    exported = np.flatnonzero(~lessons.checked)
    meanings = lessons.meanings[checked]
    families = connected_components(csr_matrix(meanings @ meanings.T >= TWINS), directed=False)[1]
    for kept, asked in GroupKFold(FOLDS).split(checked, groups=families):
        yield lessons.only(np.concatenate([exported, checked[kept]])), checked[asked]


def rehearsed(lessons: Lessons) -> tuple[Array, Array, Numbers]:
    """Both experts' scores for the checked tickets while these were held out, and the true desks."""
    meaning, wording, truth = [], [], []
    for shown, asked in rehearsals(lessons):
        experts = taught(shown)
        meaning.append(lessons.meanings[asked] @ experts.meaning.weights + experts.meaning.start)
        wording.append(np.asarray(lessons.wordings[asked] @ experts.wording.weights) + experts.wording.start)
        truth.append(lessons.desks[asked])
    return np.concatenate(meaning), np.concatenate(wording), np.concatenate(truth)


def surprise(odds: Array, truth: Numbers) -> float:
    """Mean log loss."""
    return float(-np.log(np.maximum(odds[np.arange(len(truth)), truth], 1e-9)).mean())


def tuned(meaning: Array, wording: Array, truth: Numbers) -> Voices:
    """The loudness of both experts under which the truth surprises least. This calibrates, too."""
    choices = [Voices(*pair) for pair in itertools.product(_LOUDNESS, repeat=2)]
    return min(choices, key=lambda voices: surprise(voices.heard(meaning, wording), truth))


def marks(odds: Array, truth: Numbers) -> Marks:
    """The figures for these odds."""
    guesses = odds.argmax(axis=1)
    sent = np.array([worth(row) > CAUTION for row in odds])
    return Marks(
        macro_f1=float(f1_score(truth, guesses, average="macro", zero_division=0.0)),
        utility=payoff(guesses, truth, sent) / len(truth),
        sent=float(sent.mean()),
        log_loss=surprise(odds, truth),
    )
