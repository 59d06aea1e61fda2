"""A challenge: its rubric as data, and the folder it was read from.

``challenge.toml`` says what is worth what; the folder holds the brief, the starter, the public
and hidden checks and the solutions. Only :class:`Challenge` (no hidden content) enters a record.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from grader.challenge_work import ClaimSpec, DocumentsAsked, ErrorHandling, ScopeItem
from grader.errors import ChallengeError, UsageError
from grader.record import Record

CHALLENGES = Path(__file__).resolve().parent.parent / "challenges"
FOUR_HOURS = 240
LEVELS = 5

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=600)]


class Decider(StrEnum):
    """Who decides a criterion."""

    HARNESS = "harness"
    PEOPLE = "people"


class Source(StrEnum):
    """The kind of evidence a criterion reads."""

    CHECKS = "checks"
    LINT = "lint"
    COMPLEXITY = "complexity"
    OWN_TESTS = "own_tests"
    REVIEW = "review"


class Scale(Record):
    """From a measure to a share of the points: piecewise linear between anchors, flat outside.

    ``anchors`` are (measured value, share) pairs with strictly rising values; shares may fall
    (a latency) or rise (a recall).
    """

    measure: str
    anchors: tuple[tuple[float, float], ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        values = [value for value, _ in self.anchors]
        if any(b <= a for a, b in pairwise(values)):
            raise ValueError(f"the anchors of scale '{self.measure}' must have rising values")
        if any(not 0 <= share <= 1 for _, share in self.anchors):
            raise ValueError(f"the shares of scale '{self.measure}' must lie in 0..1")
        return self

    def share(self, value: float) -> float:
        """The share of the points, 0..1, for a measured value."""
        first, last = self.anchors[0], self.anchors[-1]
        if value <= first[0]:
            return first[1]
        for (x0, y0), (x1, y1) in pairwise(self.anchors):
            if value <= x1:
                return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
        return last[1]


class Penalty(Record):
    """What one category of code findings costs."""

    category: str
    each: Annotated[float, Field(ge=0, le=1)]
    """Share of the criterion lost per finding, in a program of up to 1,000 lines (see grader/checks/code.py)."""
    cap: Annotated[float, Field(ge=0, le=1)]
    """Most that this category can cost."""


class Criterion(Record):
    """One row of the rubric."""

    id: Identifier
    title: Text
    weight: Annotated[float, Field(gt=0, le=100)]
    minutes: Annotated[int, Field(ge=0, le=FOUR_HOURS)]
    decided_by: Decider
    source: Source
    asks: Text
    """What the brief asks for, in the brief's words."""
    candidate_text: Text
    anchors: Annotated[tuple[Text, ...], Field(min_length=LEVELS, max_length=LEVELS)]
    """What levels 0 to 4 look like."""
    penalties: tuple[Penalty, ...] = ()
    penalties_cap: Annotated[float, Field(gt=0, le=1)] = 1
    """Most that all penalties together can cost."""
    scale: Scale | None = None


class Group(Record):
    """Checks that are shown together, named in the brief's words."""

    id: Identifier
    title: Text
    candidate_text: Text


class CheckSpec(Record):
    """One hidden check as the rubric sees it."""

    id: Identifier
    title: Text
    criterion: Identifier
    group: Identifier
    phase: Identifier
    weight: Annotated[float, Field(gt=0)]
    brief: Text
    """The sentence of the brief that this check stands on."""
    repeats: Annotated[int, Field(ge=1, le=50)] = 1
    deadline_s: Annotated[float, Field(gt=0, le=300)] = 20
    scale: Scale | None = None


class Phase(Record):
    """One probe run. ``restart`` stops the service and starts it again on its data first."""

    id: Identifier
    restart: bool = False
    retrain: bool = False
    """Stop the service, run the submission's training again into an empty data folder, and start the service on it."""


class Training(Record):
    """The challenge lets the submission's ``[train]`` command make what the service needs, before the first phase."""

    data: Annotated[str, Field(pattern=r"^public(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]
    """Folder of the challenge that training finds at ``$TRAINING_DIR``; published, so that candidates train alike."""
    deadline_s: Annotated[float, Field(gt=0, le=600)] = 240


class GateEvent(StrEnum):
    """Things that gathering observes and a gate can cap the total for."""

    NEVER_READY = "never_ready"
    STOPPED = "stopped"


class Gate(Record):
    """A condition that caps the total."""

    id: Identifier
    title: Text
    cap: Annotated[float, Field(ge=0, le=100)]
    because: Text
    """Ends the sentence 'limited to N because …'."""
    event: GateEvent | None = None
    failed: tuple[Identifier, ...] = ()
    """The gate closes when every one of these checks was assessed and earned nothing."""

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if (self.event is None) == (not self.failed):
            raise ValueError(f"gate {self.id} needs exactly one of event and failed")
        return self


class Challenge(Record):
    """``challenge.toml``: the rubric. Holds nothing hidden besides check titles."""

    schema_version: Literal[1] = 1
    id: Identifier
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    summary: Text
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, alias="criterion")]
    groups: tuple[Group, ...] = Field(alias="group")
    checks: tuple[CheckSpec, ...] = Field(alias="check")
    phases: Annotated[tuple[Phase, ...], Field(min_length=1, alias="phase")]
    gates: tuple[Gate, ...] = Field(default=(), alias="gate")
    training: Training | None = None
    """None: there is nothing to train, and a submission's ``[train]`` is not run."""
    scope: tuple[ScopeItem, ...] = ()
    documents: DocumentsAsked = DocumentsAsked()
    claims: tuple[ClaimSpec, ...] = Field(default=(), alias="claim")
    error_handling: ErrorHandling = ErrorHandling()
    edition: Identifier | None = None
    """Which folder of ``editions/`` holds the data of the hidden checks, unless a grading names another."""
    late: Literal["flag", "grade-at-deadline"] = "flag"
    """What happens with commits after the window: shown, or left out by grading the newest one before."""

    model_config = Record.model_config | {"populate_by_name": True}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        problems = list(_rubric_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeFolder:
    """A challenge and where its files lie."""

    challenge: Challenge
    root: Path

    @property
    def hidden(self) -> Path:
        """The hidden checks; they only ever enter a probe."""
        return self.root / "hidden"

    @property
    def data(self) -> Path | None:
        """The edition's data, which the hidden checks find as their folder ``data``; none without editions."""
        return self.root / "editions" / self.challenge.edition if self.challenge.edition else None

    def digest(self) -> str:
        """SHA-256 over what can move a score: rubric, hidden checks, this edition, and the kit (not linted)."""
        edition = () if self.data is None else (self.data.relative_to(self.root).as_posix(),)
        return tree_digest(self.root, ("challenge.toml", "hidden", "starter", "public", *edition))


def tree_digest(root: Path, names: tuple[str, ...]) -> str:
    """SHA-256 over the names and bytes of files below ``root``, in a fixed order; caches left out."""
    digest = hashlib.sha256()
    for name in names:
        top = root / name
        files = [top] if top.is_file() else sorted(p for p in top.rglob("*") if p.is_file())
        for path in files:
            if "__pycache__" in path.parts:
                continue
            digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def load_challenge(challenge_id: str, root: Path = CHALLENGES, edition: str | None = None) -> ChallengeFolder:
    """Read one challenge of the folder ``root``, in an edition other than its own if one is named.

    Raises:
        UsageError: ``challenge.unknown`` or ``challenge.unknown_edition``.
        ChallengeError: ``challenge.not_toml``, ``challenge.invalid`` or ``challenge.no_edition``.
    """
    folder = root / challenge_id
    path = folder / "challenge.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.parent.name for p in root.glob("*/challenge.toml"))) or "none"
        raise UsageError(
            "challenge.unknown",
            f"There is no challenge called {challenge_id!r}.",
            next_step=f"Known challenges: {known}.",
        )
    try:
        challenge = Challenge.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ChallengeError(
            "challenge.not_toml",
            f"{path.name} of {challenge_id} is not valid TOML: {error}.",
            next_step="Mend that line and run `grader check`.",
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ChallengeError(
            "challenge.invalid",
            f"{path.name} of {challenge_id} is not valid: {where}{': ' if where else ''}{first['msg']}.",
            next_step="Mend it; docs/challenges.md describes every field.",
            detail=str(error),
        ) from None
    if challenge.id != folder.name:
        raise ChallengeError(
            "challenge.invalid",
            f"{path.name} of {challenge_id} is not valid: its id is {challenge.id}.",
            next_step="Give the folder and the id the same name: gradings are asked for by it.",
        )
    return _in_edition(ChallengeFolder(challenge=challenge, root=folder), edition)


def _in_edition(folder: ChallengeFolder, asked: str | None) -> ChallengeFolder:
    """The challenge with the edition that a grading asks for, or with its own."""
    known = sorted(path.name for path in folder.root.glob("editions/*") if path.is_dir())
    own = folder.challenge.edition
    if own is not None and own not in known:
        raise ChallengeError(
            "challenge.no_edition",
            f"{folder.challenge.id} names edition {own}, and there is no folder editions/{own}.",
            next_step="Name one that is there in challenge.toml, or draw it again.",
        )
    if asked is None or asked == own:
        return folder
    if own is None or asked not in known:
        raise UsageError(
            "challenge.unknown_edition",
            f"{folder.challenge.id} has no edition called {asked!r}.",
            next_step=f"Known editions: {', '.join(known) or 'none'}.",
        )
    return replace(folder, challenge=folder.challenge.model_copy(update={"edition": asked}))


def _rubric_problems(challenge: Challenge) -> list[str]:
    """What does not add up, a sentence each."""
    problems = []
    weight = sum(c.weight for c in challenge.criteria)
    if abs(weight - 100) > 1e-9:  # noqa: PLR2004 - out of one hundred
        problems.append(f"the weights sum to {weight:g}, not 100")
    minutes = sum(c.minutes for c in challenge.criteria)
    if minutes > FOUR_HOURS:
        problems.append(f"the criteria take {minutes} minutes, more than {FOUR_HOURS}")
    for kind, ids in (
        ("criterion", [c.id for c in challenge.criteria]),
        ("check", [c.id for c in challenge.checks]),
        ("group", [g.id for g in challenge.groups]),
        ("gate", [g.id for g in challenge.gates]),
        ("phase", [p.id for p in challenge.phases]),
        ("scope", [s.id for s in challenge.scope]),
        ("claim", [c.name for c in challenge.claims]),
    ):
        problems += [f"{kind} {name} stands twice" for name, n in Counter(ids).items() if n > 1]
    problems += _dangling(challenge)
    return problems + _dangling_work(challenge)


def _dangling(challenge: Challenge) -> list[str]:
    criteria = {c.id: c for c in challenge.criteria}
    groups = {g.id for g in challenge.groups}
    phases = {p.id for p in challenge.phases}
    checks = {c.id for c in challenge.checks}
    problems = []
    for check in challenge.checks:
        owner = criteria.get(check.criterion)
        if owner is None or owner.source is not Source.CHECKS:
            problems.append(f"check {check.id} names criterion {check.criterion}, which takes no checks")
        if check.group not in groups:
            problems.append(f"check {check.id} names an unknown group {check.group}")
        if check.phase not in phases:
            problems.append(f"check {check.id} names an unknown phase {check.phase}")
    problems += [
        f"phase {p.id} trains again, and there is no table [training]"
        for p in challenge.phases
        if p.retrain and challenge.training is None
    ]
    used = {check.criterion for check in challenge.checks}
    problems += [
        f"criterion {c.id} has no check" for c in challenge.criteria if c.source is Source.CHECKS and c.id not in used
    ]
    for criterion in challenge.criteria:
        if (criterion.source is Source.REVIEW) != (criterion.decided_by is Decider.PEOPLE):
            problems.append(f"criterion {criterion.id}: people decide exactly the criteria with source 'review'")
        if criterion.source in (Source.COMPLEXITY, Source.OWN_TESTS) and criterion.scale is None:
            problems.append(f"criterion {criterion.id} needs a scale")
        if criterion.source is Source.LINT and not criterion.penalties:
            problems.append(f"criterion {criterion.id} needs penalties")
    problems += [
        f"gate {g.id} names an unknown check {c}" for g in challenge.gates for c in g.failed if c not in checks
    ]
    return problems


def _dangling_work(challenge: Challenge) -> list[str]:
    """What is declared around the code and the rubric does not have; minutes that hold too little."""
    people = {c.id for c in challenge.criteria if c.source is Source.REVIEW}
    known = {check.id for check in challenge.checks} | {group.id for group in challenge.groups}
    problems = [
        f"{part} names criterion {name}, which people do not decide"
        for part, name in (
            ("documents", challenge.documents.criterion),
            ("error_handling", challenge.error_handling.criterion),
        )
        if name and name not in people
    ]
    problems += [
        f"situation {situation.id} names an unknown check or group {name}"
        for situation in challenge.error_handling.situations
        for name in situation.checks
        if name not in known
    ]
    problems += [
        f"claim {claim.name} names an unknown check {name}"
        for claim in challenge.claims
        for name in claim.checks
        if name not in {check.id for check in challenge.checks}
    ]
    for criterion in challenge.criteria:
        own = sum(check.criterion == criterion.id for check in challenge.checks)
        if own > criterion.minutes or criterion.minutes == 0:
            problems.append(
                f"criterion {criterion.id} asks for more than its {criterion.minutes} minutes hold ({own} checks)"
            )
    return problems
