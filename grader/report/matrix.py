"""Two to four submissions of one challenge version beside each other: a criterion matrix, no ranks, no sorting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.cohort import NEAR
from grader.errors import UsageError
from grader.report import marks
from grader.report.atoms import Bar, Mark, Segment
from grader.report.render import page
from grader.report.text import line, number, plain
from grader.scorecard import CriterionScore, GateScore, GroupScore, Scorecard, State

FEWEST, MOST = 2, 4
LETTERS = "ABCD"
TEXT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """One submission."""

    letter: str
    submission: str
    commit: str
    score: str
    note: str
    assessed: str
    checks: str
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One criterion, gate or group of one submission."""

    letter: str
    value: str
    bar: Bar | None
    mark: Mark | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One row of the matrix."""

    title: str
    sub: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixView:
    """The whole page."""

    title: str
    challenge: str
    version: str
    columns: tuple[ColumnView, ...]
    criteria: tuple[LineView, ...]
    gates: tuple[LineView, ...]
    groups: tuple[LineView, ...]
    notes: tuple[str, ...]


def render_matrix(cards: Sequence[Scorecard]) -> str:
    """The compare page, in the order that was asked for.

    Raises:
        UsageError: ``compare.how_many``, or ``compare.other_version``.
    """
    return page("compare.html.j2", matrix_view(cards))


def matrix_view(cards: Sequence[Scorecard]) -> MatrixView:
    """What the compare page may show; raises as :func:`render_matrix`."""
    _comparable(cards)
    first = cards[0]
    letters = LETTERS[: len(cards)]
    harnesses = {card.provenance.identity.harness_digest for card in cards}
    notes = [
        "Columns stand in the order in which they were named. There are no ranks.",
        f"Scores within ±{plain(NEAR)} are not distinguishable; read the rows, and the evidence behind them.",
    ]
    if len(harnesses) > 1:
        notes.append("They were graded by different versions of the harness; small differences may come from that.")
    if len({card.awaiting_people for card in cards}) > 1:
        notes.append("People have decided more of one than of another, so the totals rest on different weight.")
    return MatrixView(
        title=line(f"Compare: {first.challenge_title}", 60),
        challenge=line(first.challenge_title),
        version=line(f"{first.challenge} {first.challenge_version}"),
        columns=tuple(_column(card, letter) for card, letter in zip(cards, letters, strict=True)),
        criteria=tuple(_criterion_line(row.id, cards, letters) for row in first.criteria),
        gates=tuple(_gate_line(name, cards, letters) for name in _all_gates(cards)),
        groups=tuple(_group_line(group, cards, letters) for group in _all_groups(cards)),
        notes=tuple(notes),
    )


def _comparable(cards: Sequence[Scorecard]) -> None:
    if not FEWEST <= len(cards) <= MOST:
        raise UsageError(
            "compare.how_many",
            f"A compare page takes {FEWEST} to {MOST} gradings, not {len(cards)}.",
            next_step="Name fewer folders, or more.",
        )
    versions = {(card.challenge, card.challenge_version, card.provenance.identity.challenge_digest) for card in cards}
    if len(versions) > 1:
        said = ", ".join(sorted({f"{name} {version} ({digest[:8]})" for name, version, digest in versions}))
        raise UsageError(
            "compare.other_version",
            f"These gradings do not answer one version of one challenge: {said}.",
            next_step="Grade the older ones again with the present version.",
        )


def _column(card: Scorecard, letter: str) -> ColumnView:
    states = [check.state for group in card.groups for check in group.checks]
    hours = card.time.stated_hours
    limited = f"limited by {line(card.limited_by, 64)}" if card.limited_by else ""
    return ColumnView(
        letter=letter,
        submission=line(card.submission.url, 160),
        commit=line(card.submission.commit[:12]) or "none fetched",
        score="–" if card.score is None else number(card.score),
        note=limited if not marks.has_failure(card) else card.status.value.replace("_", " "),
        assessed=f"{plain(card.assessed_weight)} of 100",
        checks=f"{states.count(State.PASSED)} of {len(states)}" if states else "none ran",
        hours="not stated" if hours is None else f"{number(hours)} h",
    )


def _criterion_line(name: str, cards: Sequence[Scorecard], letters: str) -> LineView:
    rows = [next((row for row in card.criteria if row.id == name), None) for card in cards]
    first = next(row for row in rows if row is not None)
    return LineView(
        title=line(first.title),
        sub=f"weight {plain(first.weight)}",
        cells=tuple(_criterion_cell(row, letter) for row, letter in zip(rows, letters, strict=True)),
    )


def _criterion_cell(row: CriterionScore | None, letter: str) -> CellView:
    if row is None:
        return CellView(letter=letter, value="–", bar=None, mark=None, text="not in its rubric")
    if row.points is None or row.share is None:
        waits = row.decided_by == "people" and row.state is State.NOT_ASSESSED
        mark = marks.AWAITS_PEOPLE if waits else marks.OF_STATE[row.state]
        return CellView(letter=letter, value="", bar=None, mark=mark, text="")
    said = f"{number(row.points)} of {plain(row.assessed_weight)} points"
    bar = Bar(sentence=f"{said}.", segments=(Segment(css="got", start=0, length=round(row.share * 1000)),))
    changed = f" Set by {line(row.overrides[-1].by, 80)}." if row.overrides else ""
    level = "" if row.level is None else f"Level {row.level}. "
    text = f"{level}{line(row.level_text, TEXT)}{changed}"
    return CellView(letter=letter, value=number(row.points), bar=bar, mark=None, text=text)


def _gate_line(name: str, cards: Sequence[Scorecard], letters: str) -> LineView:
    gates = [next((gate for gate in card.gates if gate.id == name), None) for card in cards]
    first = next(gate for gate in gates if gate is not None)
    return LineView(
        title=line(f"{first.id} {first.title}"),
        sub=f"at most {plain(first.cap)}",
        cells=tuple(_gate_cell(gate, letter) for gate, letter in zip(gates, letters, strict=True)),
    )


def _gate_cell(gate: GateScore | None, letter: str) -> CellView:
    mark = {
        "open": Mark(css="passed", icon="✓", word="No limit"),
        "closed": Mark(css="failed", icon="✕", word="Limits"),
    }.get(gate.state if gate else "", marks.NOT_ASSESSED)
    return CellView(letter=letter, value="", bar=None, mark=mark, text="")


def _all_gates(cards: Sequence[Scorecard]) -> list[str]:
    return list(dict.fromkeys(gate.id for card in cards for gate in card.gates))


def _all_groups(cards: Sequence[Scorecard]) -> list[GroupScore]:
    """Groups of the first grading that has any; one that ended early has none."""
    return list(next((card.groups for card in cards if card.groups), ()))


def _group_line(group: GroupScore, cards: Sequence[Scorecard], letters: str) -> LineView:
    cells = []
    for card, letter in zip(cards, letters, strict=True):
        own = next((one for one in card.groups if one.id == group.id), None)
        said = f"{own.passed} of {own.total} passed" if own and own.total else "none ran"
        cells.append(CellView(letter=letter, value=said, bar=None, mark=None, text=""))
    return LineView(title=line(group.title), sub="", cells=tuple(cells))
