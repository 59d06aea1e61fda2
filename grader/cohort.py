"""A score among others of the same challenge version and harness: where the middle half lies, never a rank. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.scorecard import Scorecard, Status

FEWEST = 8
"""Below, dots would name people."""
NEAR = 3.0
"""Scores this close are not distinguishable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The scores of one challenge version and harness, this one included."""

    scores: tuple[float, ...]
    """Rising."""
    own: float
    low: float
    high: float
    """Where the middle half begins and ends."""
    near: int
    """Others that are not distinguishable from this one."""


def cohort(card: Scorecard, others: Sequence[Scorecard]) -> Cohort | None:
    """This scorecard among ``others``; none with fewer than eight that can be compared.

    Of several gradings of one submission only the newest counts.
    """
    if not _comparable(card, card):
        return None
    newest: dict[str, Scorecard] = {}
    for other in sorted(others, key=lambda one: one.provenance.began_at):
        if other.submission.url != card.submission.url and _comparable(other, card):
            newest[other.submission.url] = other
    own = card.score or 0.0
    theirs = [other.score or 0.0 for other in newest.values()]
    scores = sorted([own, *theirs])
    if len(scores) < FEWEST:
        return None
    return Cohort(
        scores=tuple(scores),
        own=own,
        low=_quantile(scores, 0.25),
        high=_quantile(scores, 0.75),
        near=sum(abs(score - own) <= NEAR for score in theirs),
    )


def _comparable(one: Scorecard, card: Scorecard) -> bool:
    """Same rubric, same harness, and as much of it decided by people."""
    mine, theirs = card.provenance.identity, one.provenance.identity
    return (
        one.status is Status.GRADED
        and one.score is not None
        and theirs.challenge == mine.challenge
        and theirs.challenge_digest == mine.challenge_digest
        and theirs.harness_digest == mine.harness_digest
        and one.awaiting_people == card.awaiting_people
    )


def _quantile(rising: Sequence[float], share: float) -> float:
    """Linear between the two nearest (type 7)."""
    place = share * (len(rising) - 1)
    below = int(place)
    above = min(below + 1, len(rising) - 1)
    return rising[below] + (rising[above] - rising[below]) * (place - below)
