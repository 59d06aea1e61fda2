"""What the candidate's templates and exports may see. Nothing else of a record reaches a candidate.

Every string is final, as in :mod:`grader.report.views`; numbers stand beside them for machines.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.report.atoms import Bar, Fact, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Why there is no final score: whose it is, what happened, what to do."""

    mark: Mark
    heading: str
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A strength, or what would add most; ``anchor`` is the criterion's row."""

    text: str
    anchor: str
    criterion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One criterion."""

    anchor: str
    title: str
    about: str
    asks: str
    decided_by: str
    minutes: str
    weight: float
    points: float | None
    weight_text: str
    points_text: str
    bar: Bar | None
    mark: Mark
    level: int | None
    level_text: str
    next_level: str
    why: str
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """One group of hidden checks, or several small ones together."""

    title: str
    about: tuple[str, ...]
    passed: int
    total: int
    summary: str
    weight: str
    share: Bar | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Findings of one rule of the linter in the submission's own code."""

    rule: str
    category: str
    count: str
    scored: bool
    why: str
    fix: str
    places: tuple[str, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What was read in the code."""

    summary: str
    rules: tuple[Rule, ...]
    rules_more: str
    complexity: str
    functions: tuple[str, ...]
    secrets: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """The submission's own tests."""

    sentence: str
    unnoticed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A number that the submission states, beside ours."""

    name: str
    where: str
    claimed: str
    measured: str
    stands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section that the brief asks for."""

    title: str
    found: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    """The whole edition."""

    title: str
    challenge: str
    submission: str
    facts: tuple[Fact, ...]
    notice: Notice | None
    score: float | None
    score_text: str
    score_note: str
    bar: Bar | None
    limit: str
    assessed: tuple[str, ...]
    strengths: tuple[Said, ...]
    adds_most: tuple[Said, ...]
    formula: str
    criteria: tuple[Row, ...]
    groups: tuple[Checks, ...]
    groups_note: str
    code: Code
    own_tests: Tests
    time: str
    left_out: tuple[str, ...]
    extras: tuple[str, ...]
    claims: tuple[Claim, ...]
    documents: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    graded: tuple[Fact, ...]
    next_steps: tuple[str, ...]
