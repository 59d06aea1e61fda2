"""Judges lint and complexity from the analysers' evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from grader.challenge import Criterion
from grader.evidence_code import StaticEvidence

_SMALL, _LARGE = 1_000, 4_000
"""Lines at which dilution begins and ends: four hours hold no more than the second."""
_OWN_LINES = 50
"""Fewer analysed lines than this beside more that was left out are a stub, not a program."""
_CLAIMED = frozenset({"installed", "vendored", "minified"})
"""Kinds of left-out code that rest on what the submission says of itself; generated code is told by its own looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A share of the points and the sentence it rests on."""

    share: float
    why: str


def dilution(lines: int) -> float:
    """By what each finding's cost is divided in a program of so many lines: ``sqrt(lines / 1000)``, within 1 and 2.

    By density alone one finding in 80 lines would cost as much as fifty in 4,000; a program of up to 1,000 lines
    therefore counts as 1,000. Above that the divisor grows with the root of the size only and stops at 4,000 lines:
    of two programs with findings equally dense the larger one loses more, and clean padding buys little.
    """
    return math.sqrt(min(_LARGE, max(_SMALL, lines)) / _SMALL)


def judge_lint(criterion: Criterion, static: StaticEvidence) -> Judged:
    """One minus the penalties: ``each · findings / dilution`` per category, capped per category and in all.

    One finding more never raises the share, and a line more never lowers it. Categories without a price
    (``style``) cost nothing.
    """
    if static.files == 0:
        return Judged(share=0.0, why="There is no source to read in a language that we analyse.")
    divisor = dilution(static.lines)
    lost, parts = 0.0, []
    for penalty in criterion.penalties:
        count = static.by_category.get(penalty.category, 0)
        lost += min(penalty.cap, penalty.each * count / divisor)
        if count:
            parts.append(f"{count} of {penalty.category.replace('_', ' ')}")
    found = ", ".join(parts) or "no finding that costs points"
    share = max(0.0, 1 - min(lost, criterion.penalties_cap))
    return _of_what_was_read(share, f"{static.lines:,} lines: {found}.", static)


def judge_complexity(criterion: Criterion, static: StaticEvidence) -> Judged:
    """The criterion's scale over the share of function lines that stand in complex functions."""
    if static.files == 0 or criterion.scale is None:
        return Judged(share=0.0, why="There is no source to read in a language that we analyse.")
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
    """Code that no analyser can read earns nothing: a share of it takes that share of the points.

    Code that was left out on the submission's own word costs nothing, as long as a program of its own
    is there besides it; a stub of less than 50 lines earns in proportion.
    """
    claimed = sum(entry.lines for entry in static.left_out if entry.kind in _CLAIMED)
    if claimed > static.lines and static.lines < _OWN_LINES:
        share *= static.lines / _OWN_LINES
        why = f"{why} It stands beside {claimed:,} lines that were left out as somebody else's."
    if static.unread_share > 0:
        share *= 1 - static.unread_share
        why = f"{why} {max(1, round(100 * static.unread_share))} % of the code could not be read."
    return Judged(share=share, why=why)
