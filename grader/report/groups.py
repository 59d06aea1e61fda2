"""Hidden checks as a candidate sees them: counts per group, and no group so small that a count names a check."""

from __future__ import annotations

from grader.report.atoms import Bar, Segment
from grader.report.candidate_views import Checks
from grader.report.text import count, line, plain
from grader.scorecard import CheckScore, GroupScore, Scorecard, State

FEWEST = 3
"""A count over fewer checks tells how a single one ended."""
TEXT = 700
TOGETHER = "Further checks"


def groups(card: Scorecard) -> tuple[tuple[Checks, ...], str]:
    """The groups in the challenge's order, small ones put together at the end; and a sentence."""
    parts = merged(card.groups)
    if not parts:
        return (), "No hidden check ran."
    total = sum(len(_checks(part)) for part in parts)
    if total < FEWEST:
        return (), "There are too few hidden checks to show them apart from the score."
    weights = _weights(card)
    note = f"{count(total, 'hidden check')}, shown by group. Requests and expected answers stay hidden, for everyone."
    return tuple(_view(part, weights) for part in parts), note


def merged(found: tuple[GroupScore, ...]) -> tuple[tuple[GroupScore, ...], ...]:
    """Groups in parts of at least three checks; all in one part when there are no more than that."""
    real = [group for group in found if group.checks]
    large = [(group,) for group in real if len(group.checks) >= FEWEST]
    small = tuple(group for group in real if len(group.checks) < FEWEST)
    if not small:
        return tuple(large)
    if sum(len(group.checks) for group in small) < FEWEST and large:
        least = min(range(len(large)), key=lambda index: (len(large[index][0].checks), index))
        return (*large[:least], *large[least + 1 :], (*large[least], *small))
    return (*large, small)


def _checks(part: tuple[GroupScore, ...]) -> tuple[CheckScore, ...]:
    return tuple(check for group in part for check in group.checks)


def _weights(card: Scorecard) -> dict[str, float]:
    """What one unit of a check's weight is worth of 100, by criterion."""
    sums: dict[str, float] = {}
    for group in card.groups:
        for check in group.checks:
            sums[check.criterion] = sums.get(check.criterion, 0.0) + check.weight
    own = {criterion.id: criterion.weight for criterion in card.criteria}
    return {name: own.get(name, 0.0) / weight for name, weight in sums.items()}


def _view(part: tuple[GroupScore, ...], weights: dict[str, float]) -> Checks:
    checks = _checks(part)
    lost = sum(check.share is None for check in checks)
    passed, total = sum(check.state is State.PASSED for check in checks), len(checks) - lost
    said = f"{passed} of {total} passed in full" if total else "not assessed"
    worth = sum(check.weight * weights[check.criterion] for check in checks)
    return Checks(
        title=line(part[0].title) if len(part) == 1 else TOGETHER,
        about=tuple(
            line(group.candidate_text, TEXT)
            if len(part) == 1
            else f"{line(group.title)}: {line(group.candidate_text, TEXT)}"
            for group in part
        ),
        passed=passed,
        total=total,
        summary=said,
        weight=plain(worth),
        share=Bar(sentence=f"{said}.", segments=(Segment(css="got", start=0, length=round(1000 * passed / total)),))
        if total
        else None,
        note=f"{count(lost, 'check')} could not be assessed, through no fault of the submission." if lost else "",
    )
