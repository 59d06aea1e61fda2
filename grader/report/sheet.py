"""The blind sheet: what people decide, with its facts; no name, no score, nobody's level.

Built up from allowed fields. Neither the address, the commit, the times nor any total is on it, so a reviewer's
level rests on the work alone; the automatic levels are shown after the sheet is handed in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from grader.challenge import Decider
from grader.report.atoms import Fact
from grader.report.blind import blinded, names_in
from grader.report.code import code
from grader.report.marks import Anchors
from grader.report.text import count, line, plain
from grader.report.views import FileView, FunctionView
from grader.report.views_work import DecisionLogView, SituationView
from grader.report.work import work
from grader.scorecard import CriterionScore, Scorecard

TEXT = 700
LEVELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """One level that can be marked."""

    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkView:
    """One criterion to be marked."""

    id: str
    number: int
    title: str
    asks: str
    weight: str
    minutes: str
    levels: tuple[LevelView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """The whole sheet."""

    title: str
    challenge: str
    submission: str
    facts: tuple[Fact, ...]
    steps: tuple[str, ...]
    marks: tuple[MarkView, ...]
    size: str
    files: tuple[FileView, ...]
    functions: tuple[FunctionView, ...]
    own_tests: str
    situations: tuple[SituationView, ...]
    log: DecisionLogView


STEPS = (
    "Read the facts below and the code, without looking for its author.",
    "Mark one level for each criterion by its anchors. If two fit, take the lower one.",
    "Write one sentence that names the file or the fact that decided it.",
    "Hand the sheet in before you talk to the other reviewer. Nobody sees it until both are in.",
)


def pseudonym(card: Scorecard) -> str:
    """A name that is the same for every sheet of one grading, and tells nothing."""
    return f"Submission {hashlib.sha256(card.grading.encode()).hexdigest()[:6]}"


def sheet_view(card: Scorecard) -> SheetView:
    """Everything that the sheet may show."""
    nobody = Anchors(None)
    around, source = work(card, nobody), code(card, nobody)
    view = SheetView(
        title=line(f"Blind sheet, {pseudonym(card)}", 60),
        challenge=line(card.challenge_title),
        submission=pseudonym(card),
        facts=(
            Fact(label="Challenge", value=line(f"{card.challenge} {card.challenge_version}")),
            Fact(label="To mark", value=count(sum(_by_people(row) for row in card.criteria), "criterion", "criteria")),
        ),
        steps=STEPS,
        marks=tuple(_mark(row, index) for index, row in enumerate(row for row in card.criteria if _by_people(row))),
        size=f"{count(card.code.files, 'file')} with {count(card.code.lines, 'source line')}."
        if card.code
        else "The code was not analysed.",
        files=source.files,
        functions=tuple(_unlinked(function) for function in source.functions),
        own_tests=around.own_tests.sentence,
        situations=around.situations,
        log=around.log,
    )
    return blinded(view, names_in(card.submission.url))


def _by_people(row: CriterionScore) -> bool:
    return row.decided_by is Decider.PEOPLE


def _mark(row: CriterionScore, index: int) -> MarkView:
    anchors = row.anchors or ("",) * LEVELS
    return MarkView(
        id=line(row.id, 64),
        number=index + 1,
        title=line(row.title, TEXT),
        asks=line(row.asks, TEXT),
        weight=plain(row.weight),
        minutes=f"{row.minutes} min",
        levels=tuple(LevelView(level=level, text=line(text, TEXT)) for level, text in enumerate(anchors)),
    )


def _unlinked(function: FunctionView) -> FunctionView:
    """Without the address of its line, which names the repository."""
    return FunctionView(
        anchor="",
        name=function.name,
        where=function.where,
        href="",
        source=(),
        complexity=function.complexity,
        lines=function.lines,
    )
