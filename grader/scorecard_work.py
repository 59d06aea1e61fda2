"""The work around the code, for the scorecard: own tests, both sides of errors, documents, claims, history, questions.

Besides the one share of the criterion on own tests, nothing here is worth a point: facts laid side by side for people.
"""

from __future__ import annotations

from typing import Literal

from grader.evidence import Measure
from grader.evidence_code import CodeFinding
from grader.evidence_work import Decision, History, Mutant, OwnTests
from grader.record import Record


class OwnTestsScore(Record):
    """Own tests: what was run, and the share of seeded bugs that they catch, with its interval."""

    facts: OwnTests
    caught: Measure | None
    """Of all seeded bugs; those on lines that no test reaches are not caught. None without a green run."""
    reached_share: float
    n: int
    """Bugs that were tried and told something (caught or survived)."""
    stopped: int
    sentence: str
    survivors: tuple[Mutant, ...]


class SideOfChecks(Record):
    """What one hidden check saw."""

    id: str
    title: str
    state: str
    message: str
    evidence: str


class SituationFacts(Record):
    """One kind of trouble from both sides."""

    id: str
    title: str
    checks: tuple[SideOfChecks, ...]
    passed: int
    total: int
    findings: tuple[CodeFinding, ...]
    """The first of them."""
    findings_total: int
    findings_known: bool
    """False when the code could not be read."""
    finding_ids: tuple[str, ...]


class SectionFact(Record):
    """A section that the brief asks for, and where it stands."""

    id: str
    title: str
    where: str
    heading: str
    words: int


class ClaimFact(Record):
    """A number that the candidate states beside ours."""

    name: str
    where: str
    stated: float
    quote: str
    measured: Measure | None
    stands: Literal["inside", "above", "below", "not_measured"]
    """Of our interval, widened by the challenge's tolerance; ``above`` and ``below`` are of the stated number."""
    evidence: tuple[str, ...]


class ScopeFact(Record):
    """Something asked, or extra, and where it was seen."""

    id: str
    title: str
    kind: Literal["asked", "extra"]
    seen: tuple[str, ...]


class LeftOutFact(Record):
    """Something that the candidate names as left out, and the criteria whose loss it already is."""

    text: str
    criteria: tuple[str, ...]


class Question(Record):
    """A red flag as a question for the interview: what was seen, what to ask, for how long. Never a verdict."""

    id: str
    seen: str
    ordinary: str
    """Ordinary explanations."""
    ask: str
    minutes: int
    criterion: str
    evidence: tuple[str, ...]
    named_as_left_out: bool = False


class WorkScore(Record):
    """All of it."""

    own_tests: OwnTestsScore | None
    own_tests_missing: str
    """Why there is none, in one sentence."""
    situations: tuple[SituationFacts, ...]
    sections: tuple[SectionFact, ...]
    documents_read: tuple[str, ...]
    documents_missing: str
    decisions: tuple[Decision, ...]
    decisions_asked: tuple[int, int]
    claims: tuple[ClaimFact, ...]
    scope: tuple[ScopeFact, ...]
    left_out: tuple[LeftOutFact, ...]
    history: History | None
    history_missing: str
    late: Literal["flag", "grade-at-deadline"]
    questions: tuple[Question, ...]
