"""What the evidence is worth. The product: every report is a rendering of this record."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from grader.challenge import Decider, Source
from grader.errors import Blame
from grader.evidence import Exchange, Failure, Identity, Log, Measure, StageTime
from grader.evidence_code import CodeFinding, FileMetrics, FunctionComplexity, LeftOut, LicenceFacts, Secret, Similarity
from grader.record import Record
from grader.scorecard_work import WorkScore
from grader.submission import Submission


class Status(StrEnum):
    """How the grading ended."""

    GRADED = "graded"
    NOT_GRADABLE = "not_gradable"
    """The submission could not be graded as it stands (candidate)."""
    INCOMPLETE = "incomplete"
    """Something of ours failed; the score, if any, is not final and costs nobody anything."""


class State(StrEnum):
    """How a criterion, check or gate stands."""

    PASSED = "passed"
    PARTLY = "partly"
    FAILED = "failed"
    NOT_ASSESSED = "not_assessed"
    GRADER_ERROR = "grader_error"


class CheckScore(Record):
    """One hidden check, judged."""

    id: str
    title: str
    criterion: str
    group: str
    weight: float
    state: State
    share: float | None
    """0..1 of the check's points; none when not assessed."""
    blame: Blame | None
    brief: str
    repeats_passed: int
    repeats: int
    seconds: float
    message: str
    expected: str
    seen: str
    measures: dict[str, Measure]
    scored_measure: str = ""
    """The measure that decides the share, where one does."""
    exchanges: tuple[Exchange, ...]
    evidence: str
    """Anchor of the evidence in the report, ``check-…``."""


class OverrideScore(Record):
    """A level that a named person set; what stood there before stays."""

    before: int | None
    level: int
    points_before: float | None
    points: float
    by: str
    why: str
    at: str
    """UTC, ISO 8601."""


class CriterionScore(Record):
    """One row of the rubric, judged."""

    id: str
    title: str
    decided_by: Decider
    source: Source
    weight: float
    minutes: int
    state: State
    assessed_weight: float
    """How much of the weight there was evidence for."""
    share: float | None
    points: float | None
    """Of ``assessed_weight``."""
    level: int | None
    """0..4."""
    level_text: str
    next_level_text: str
    asks: str
    candidate_text: str = ""
    anchors: tuple[str, ...] = ()
    """What levels 0 to 4 look like."""
    why: str
    """One sentence: what the level rests on."""
    evidence: tuple[str, ...]
    overrides: tuple[OverrideScore, ...] = ()
    """Oldest first; the last one is what the level is now."""


class GateScore(Record):
    """A gate: open (does not limit), closed (limits), or not assessed."""

    id: str
    title: str
    cap: float
    state: Literal["open", "closed", "not_assessed"]
    sentence: str
    evidence: str


class Point(Record):
    """A strength or a concern: fact, effect, evidence."""

    text: str
    criterion: str
    evidence: str


class GroupScore(Record):
    """Checks shown together."""

    id: str
    title: str
    candidate_text: str
    passed: int
    total: int
    checks: tuple[CheckScore, ...]


class CodeScore(Record):
    """What the analysers found, for the report."""

    files: int
    lines: int
    languages: dict[str, int] = {}  # noqa: RUF012 - frozen by the record
    findings: tuple[CodeFinding, ...]
    findings_total: int
    by_category: dict[str, int]
    scored_categories: tuple[str, ...]
    functions: tuple[FunctionComplexity, ...]
    complex_share: float
    maintainability: float | None
    left_out: tuple[LeftOut, ...] = ()
    left_out_total: int = 0
    notes: tuple[str, ...] = ()
    metrics: tuple[FileMetrics, ...] = ()
    secrets: tuple[Secret, ...] = ()
    licence: LicenceFacts = LicenceFacts()
    similar: tuple[Similarity, ...] = ()
    compared: int = 0
    tools: dict[str, str]


class TimeFacts(Record):
    """Time: facts, never points."""

    budget_minutes: int
    stated_hours: float | None


class Provenance(Record):
    """What this grading rests on."""

    identity: Identity
    identity_key: str
    evidence_digest: str
    began_at: str
    stages: tuple[StageTime, ...]
    engine: dict[str, str]
    command: str
    """Grades this again."""


class Scorecard(Record):
    """Criteria judged by evidence."""

    schema_version: Literal[1] = 1
    grading: str
    challenge: str
    challenge_version: str
    challenge_title: str
    submission: Submission
    status: Status
    failure: Failure | None
    score: float | None
    """0..100, one decimal; none when nothing could be assessed."""
    earned: float | None
    """0..100 before any gate."""
    limited_by: str | None
    """Id of the gate that limits the score."""
    assessed_weight: float
    awaiting_people: float
    """Weight that people decide and nobody has yet."""
    criteria: tuple[CriterionScore, ...]
    gates: tuple[GateScore, ...]
    strengths: tuple[Point, ...]
    concerns: tuple[Point, ...]
    groups: tuple[GroupScore, ...]
    code: CodeScore | None
    time: TimeFacts
    left_out: tuple[str, ...]
    claims: dict[str, float]
    work: WorkScore | None = None
    service_log: Log | None
    service_stops: tuple[str, ...]
    """A sentence for each time that the service stopped by itself."""
    training: tuple[str, ...] = ()
    """A sentence for each run of its training."""
    training_log: Log | None = None
    """What training printed: the first run that failed, or else the last."""
    provenance: Provenance
