"""What templates may see: built up field by field from a scorecard, never copied from it.

Every string is final: printable, masked, numbers in their one form. A ``Link`` without an anchor is shown as text.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.report.atoms import Bar, Fact, Legend, Link, Mark
from grader.report.excerpts import SourceLine
from grader.report.views_work import CohortView, InterviewView, WorkView


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """Why there is no final score: whose it is, what happened, what to do."""

    mark: Mark
    heading: str
    sentence: str
    next_step: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The gate that limits the score."""

    sentence: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """One gate as a chip and a sentence."""

    anchor: str
    mark: Mark
    id: str
    title: str
    sentence: str
    link: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """A strength or a concern."""

    text: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefView:
    """Ten seconds."""

    challenge: str
    submission: str
    commit: str
    facts: tuple[Fact, ...]
    banner: Banner | None
    score: str | None
    score_note: str
    bar: Bar | None
    limit: Limit | None
    assessed: tuple[str, ...]
    weight_bar: Bar
    legend: tuple[Legend, ...]
    counts: tuple[Fact, ...]
    gates: tuple[GateView, ...]
    strengths: tuple[PointView, ...]
    concerns: tuple[PointView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideView:
    """A level that a named person set: what stood there before, who, why, when."""

    change: str
    points: str
    by: str
    why: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """One row of the rubric."""

    anchor: str
    title: str
    decided_by: str
    minutes: str
    weight: str
    points: str
    partial: str
    bar: Bar | None
    mark: Mark
    level: str
    level_text: str
    next_level: str
    why: str
    overrides: tuple[OverrideView, ...]
    evidence: tuple[Link, ...]
    more: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricView:
    """One minute."""

    formula: str
    rows: tuple[CriterionView, ...]
    total_weight: str
    total_points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeView:
    """One HTTP exchange, cut to what a reader needs."""

    head: str
    request: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check."""

    anchor: str
    mark: Mark
    passed: bool
    title: str
    id: str
    criterion: Link
    weight: str
    ours: str
    brief: str
    message: str
    expected: str
    seen: str
    measures: tuple[Fact, ...]
    repeats: str
    seconds: str
    exchanges: tuple[ExchangeView, ...]
    exchanges_printed: bool
    exchanges_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """Checks shown together."""

    title: str
    text: str
    summary: str
    all_passed: bool
    checks: tuple[CheckView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """What the service or its training printed, and how it ended each time."""

    stops: tuple[str, ...]
    size: str
    tail: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksView:
    """Behaviour."""

    summary: str
    groups: tuple[GroupView, ...]
    training: LogView | None
    log: LogView


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """Findings of one category."""

    name: str
    count: str
    scored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One place in the source."""

    anchor: str
    where: str
    href: str
    """Of the line at the commit, where the forge is known."""
    message: str
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """All findings of one rule."""

    rule: str
    category: str
    count: str
    scored: bool
    why: str
    fix: str
    findings: tuple[FindingView, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionView:
    """One complex function."""

    anchor: str
    name: str
    where: str
    href: str
    source: tuple[SourceLine, ...]
    complexity: str
    lines: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """Measures of one file."""

    path: str
    lines: str
    complexity: str
    maintainability: str
    volume: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadView:
    """Code that was not analysed."""

    path: str
    reason: str
    lines: str
    costs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """Code findings and complexity."""

    summary: str
    lint: str
    categories: tuple[CategoryView, ...]
    rules: tuple[RuleView, ...]
    rules_more: str
    complexity: str
    functions: tuple[FunctionView, ...]
    files: tuple[FileView, ...]
    left_out: str
    left_out_rows: tuple[UnreadView, ...]
    left_out_more: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A place in the source that a fact rests on."""

    where: str
    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityFact:
    """Seen, ordinary explanations, what to ask."""

    anchor: str
    title: str
    seen: str
    ordinary: str
    ask: str
    places: tuple[PlaceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityView:
    """Facts without points."""

    facts: tuple[IntegrityFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskView:
    """One thing that the brief asks for, and its share of the four hours."""

    criterion: Link
    asks: str
    minutes: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A number that the candidate states beside ours."""

    name: str
    where: str
    claimed: str
    measured: str
    stands: str
    link: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutView:
    """Something that the candidate names as left out."""

    text: str
    criteria: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeView:
    """Scope and time."""

    stated: str
    budget: str
    asks: tuple[AskView, ...]
    minutes: str
    left_out: tuple[LeftOutView, ...]
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """One stage of the grading."""

    name: str
    began: str
    seconds: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceView:
    """What this grading rests on."""

    submission: tuple[Fact, ...]
    grading: tuple[Fact, ...]
    engine: tuple[Fact, ...]
    limits: tuple[Fact, ...]
    notes: tuple[str, ...]
    stages: tuple[StageView, ...]
    command: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerView:
    """The whole page."""

    title: str
    brief: BriefView
    rubric: RubricView
    checks: ChecksView
    code: CodeView
    integrity: IntegrityView
    scope: ScopeView
    work: WorkView
    interview: InterviewView
    cohort: CohortView
    provenance: ProvenanceView
