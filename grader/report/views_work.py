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

    questions: tuple[QuestionView, ...]
    questions_note: str
    own_tests: OwnTestsView
    situations: tuple[SituationView, ...]
    log: DecisionLogView
    extras: tuple[ExtraView, ...]
    history: HistoryView
