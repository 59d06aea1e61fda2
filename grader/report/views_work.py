"""Views of the work around the code. As in :mod:`grader.report.views`, every string is final."""

from __future__ import annotations

from dataclasses import dataclass

from grader.report.atoms import Fact, Link, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question for the interview."""

    ask: str
    seen: str
    ordinary: str
    minutes: str
    criterion: Link
    evidence: tuple[Link, ...]
    note: str
    sounds: tuple[Fact, ...]
    """What answers at level 4, 2 and 0 sound like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewView:
    """Questions for everyone, and those of this evidence."""

    note: str
    core: tuple[QuestionView, ...]
    own: tuple[QuestionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BugView:
    """A seeded bug and what the tests made of it."""

    where: str
    change: str
    outcome: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTestsView:
    """The submission's own tests."""

    sentence: str
    facts: tuple[Fact, ...]
    bugs: tuple[BugView, ...]
    notes: tuple[str, ...]
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenView:
    """One thing on one side."""

    mark: Mark | None
    link: Link
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationView:
    """Both sides of one kind of trouble."""

    title: str
    summary: str
    checks: tuple[SeenView, ...]
    checks_more: str
    findings_summary: str
    findings: tuple[SeenView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision as it is written, and what of it stands in the code."""

    title: str
    where: str
    text: str
    parts: str
    found: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A section that the brief asks for."""

    title: str
    found: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLogView:
    """Documents and decisions."""

    summary: str
    read: str
    sections: tuple[SectionView, ...]
    decisions: tuple[DecisionView, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraView:
    """Something beyond the brief."""

    title: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """Commits and time; the method's error stands beside the number."""

    facts: tuple[Fact, ...]
    method: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """Everything around the code."""

    own_tests: OwnTestsView
    situations: tuple[SituationView, ...]
    log: DecisionLogView
    decided: str
    """The level that people gave the decision log, and why; not on the blind sheet."""
    extras: tuple[ExtraView, ...]
    history: HistoryView


@dataclass(frozen=True, slots=True, kw_only=True)
class DotView:
    """One score."""

    x: int
    y: int
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortView:
    """Scores of one challenge version and harness, in thousandths of the axis."""

    sentence: str
    drawn: str
    dots: tuple[DotView, ...]
    middle_start: int
    middle_length: int
    near_start: int
    near_length: int
    base: int
    height: int
    note: str
