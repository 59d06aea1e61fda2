"""Levels that named people set over what the harness said, or where it says nothing. The old value always stays.

``overrides.json`` lies beside the evidence and only ever grows; scoring reads it, so an override recomputes everything
that follows from a level: points, gates' effect, strengths and concerns.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from grader.challenge import LEVELS, Challenge, Decider
from grader.errors import UsageError, printable
from grader.record import Record
from grader.scorecard import CriterionScore, OverrideScore, State

FILE = "overrides.json"
TOP = LEVELS - 1
Sentence = Annotated[str, Field(min_length=10, max_length=600)]


class Override(Record):
    """One decision: which criterion, which level, who, why, when."""

    criterion: str
    level: Annotated[int, Field(ge=0, le=TOP)]
    by: Annotated[str, Field(min_length=1, max_length=80)]
    why: Sentence
    at: str
    """UTC, ISO 8601."""


class Overrides(Record):
    """``overrides.json``."""

    schema_version: Literal[1] = 1
    overrides: tuple[Override, ...] = ()


def load_overrides(folder: Path) -> tuple[Override, ...]:
    """Those of a grading, oldest first; none without the file.

    Raises:
        UsageError: ``record.unreadable``.
    """
    path = folder / FILE
    return Overrides.load(path).overrides if path.exists() else ()


def add_override(folder: Path, override: Override, challenge: Challenge) -> tuple[Override, ...]:
    """Append one and return all.

    Raises:
        UsageError: ``override.unknown_criterion``, or as :func:`load_overrides`.
    """
    known = [criterion.id for criterion in challenge.criteria]
    if override.criterion not in known:
        raise UsageError(
            "override.unknown_criterion",
            f"{challenge.id} has no criterion called {printable(override.criterion, 64)!r}.",
            next_step=f"Its criteria: {', '.join(known)}.",
        )
    every = (*load_overrides(folder), override)
    Overrides(overrides=every).save(folder / FILE)
    return every


def overridden(scores: Sequence[CriterionScore], overrides: Sequence[Override]) -> tuple[CriterionScore, ...]:
    """The rows with the levels that people set. A level is worth its quarter of the whole weight."""
    rows = {row.id: row for row in scores}
    for override in overrides:
        if override.criterion in rows:  # another version of the challenge may have dropped it
            rows[override.criterion] = _set(rows[override.criterion], override)
    return tuple(rows[row.id] for row in scores)


def _set(row: CriterionScore, override: Override) -> CriterionScore:
    level, share = override.level, override.level / TOP
    points = round(share * row.weight, 4)
    step = OverrideScore(
        before=row.level,
        level=level,
        points_before=row.points,
        points=points,
        by=override.by,
        why=override.why,
        at=override.at,
    )
    return row.model_copy(
        update={
            "state": State.PASSED if level == TOP else State.PARTLY if level else State.FAILED,
            "assessed_weight": row.weight,
            "share": share,
            "points": points,
            "level": level,
            "level_text": row.anchors[level],
            "next_level_text": row.anchors[level + 1] if level < TOP else "",
            "why": row.why if row.decided_by is Decider.HARNESS else "A named person set this level.",
            "overrides": (*row.overrides, step),
        }
    )
