"""Judges lint and complexity from the analysers' evidence."""

from __future__ import annotations

from dataclasses import dataclass

from grader.challenge import Criterion
from grader.evidence import StaticEvidence

_LINES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A share of the points and the sentence it rests on."""

    share: float
    why: str


def judge_lint(criterion: Criterion, static: StaticEvidence) -> Judged:
    """One minus the penalties: findings per category and per 1,000 lines, capped per category.

    A program of less than 1,000 lines counts as 1,000, so that a small one is not punished for being small.
    """
    if static.files == 0:
        return Judged(share=0.0, why="There is no Python source to read.")
    thousands = max(1.0, static.lines / _LINES)
    lost, parts = 0.0, []
    for penalty in criterion.penalties:
        count = static.by_category.get(penalty.category, 0)
        cost = min(penalty.cap, penalty.each * count / thousands)
        lost += cost
        if count:
            parts.append(f"{count} of {penalty.category.replace('_', ' ')}")
    found = ", ".join(parts) or "no finding that costs points"
    return _of_what_was_read(max(0.0, 1 - lost), f"{static.lines} lines: {found}.", static)


def judge_complexity(criterion: Criterion, static: StaticEvidence) -> Judged:
    """The criterion's scale over the share of function lines that stand in complex functions."""
    if static.files == 0 or criterion.scale is None:
        return Judged(share=0.0, why="There is no Python source to read.")
    share = criterion.scale.share(static.complex_share)
    worst = static.functions[0] if static.functions else None
    tail = f" The most complex is {worst.name} ({worst.complexity})." if worst else ""
    percent = round(100 * static.complex_share)
    return _of_what_was_read(
        share,
        f"{static.functions_total} functions; {percent} % of their lines stand in complex ones (above 10).{tail}",
        static,
    )


def _of_what_was_read(share: float, why: str, static: StaticEvidence) -> Judged:
    """Code that no analyser can read earns nothing: a share of it takes that share of the points."""
    if static.unread_share <= 0:
        return Judged(share=share, why=why)
    percent = max(1, round(100 * static.unread_share))
    return Judged(share=share * (1 - static.unread_share), why=f"{why} {percent} % of the Python could not be read.")
