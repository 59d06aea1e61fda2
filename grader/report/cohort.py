"""The view of the cohort: dots and the middle half, no ranks."""

from __future__ import annotations

from collections import Counter

from grader.cohort import FEWEST, NEAR, Cohort
from grader.report.text import count, number, plain
from grader.report.views_work import CohortView, DotView

BIN = 15
"""Width of a stack of dots, in thousandths of the axis."""
STEP = 16
ROOM = 12


def cohort_view(found: Cohort | None, *, asked: bool) -> CohortView:
    """What stands in the section; ``asked`` is whether other gradings were named at all."""
    if found is None:
        said = f"Fewer than {FEWEST} gradings can be compared, so no picture is drawn."
        return _empty(said if asked else "This page was made without other gradings.")
    stacks = Counter(round(score * 10 / BIN) for score in found.scores)
    height = max(stacks.values()) * STEP + ROOM
    placed: Counter[int] = Counter()
    dots, own_drawn = [], False
    for score in found.scores:
        column = round(score * 10 / BIN)
        own = score == found.own and not own_drawn
        own_drawn = own_drawn or own
        dots.append(DotView(x=min(1000, column * BIN), y=height - ROOM // 2 - placed[column] * STEP - 4, own=own))
        placed[column] += 1
    start, end = max(0.0, found.own - NEAR), min(100.0, found.own + NEAR)
    middle = f"The middle half lies between {number(found.low)} and {number(found.high)}."
    near = count(found.near, "other score", "other scores")
    many = count(len(found.scores), "submission")
    apart = f"±{plain(NEAR)}"
    return CohortView(
        sentence=f"{many} of this challenge version, graded by this harness. {middle}",
        drawn=f"Dots for {len(found.scores)} scores. {middle} This one is {number(found.own)}.",
        dots=tuple(dots),
        middle_start=round(found.low * 10),
        middle_length=max(1, round((found.high - found.low) * 10)),
        near_start=round(start * 10),
        near_length=round((end - start) * 10),
        base=height,
        height=height + 10,
        note=f"{near} within {apart} of this one: not distinguishable within {apart}. There are no ranks.",
    )


def _empty(said: str) -> CohortView:
    note = f"With {FEWEST} or more of the same challenge version and harness: `grader report DIR --cohort FOLDER`."
    return CohortView(
        sentence=said,
        drawn="",
        dots=(),
        middle_start=0,
        middle_length=0,
        near_start=0,
        near_length=0,
        base=0,
        height=0,
        note=note.replace("`", ""),
    )
