"""What gathering observed. Judges nothing.

``evidence.json`` is the first of the two seams: everything that scoring needs is in it, the
rubric included, so a score can be explained years later without an engine or the challenge's folder.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from grader.challenge import Challenge
from grader.errors import Blame, GraderError
from grader.evidence_code import StaticEvidence
from grader.evidence_work import WorkEvidence
from grader.limits import Limits
from grader.record import Record
from grader.submission import Manifest, RuntimeName, Submission

Short = Annotated[str, Field(max_length=700)]
Excerpt = Annotated[str, Field(max_length=2_100)]
EndReason = Literal["exited", "killed", "deadline", "out_of_memory", "log_flood"]
"""How a container ended, by the watchdog."""


class Failure(Record):
    """Why gathering ended early."""

    code: str
    blame: Blame
    message: str
    next_step: str
    stage: str
    """The pipeline's stage: fetch, manifest, install, service, static, probe."""

    @classmethod
    def of(cls, error: GraderError, stage: str) -> Failure:
        """The record of an error; its detail stays in the log."""
        return cls(code=error.code, blame=error.blame, message=error.message, next_step=error.next_step, stage=stage)


class Outcome(StrEnum):
    """How one repeat of a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    NOT_RUN = "not_run"


class Exchange(Record):
    """One HTTP exchange of a check, as excerpts."""

    method: Annotated[str, Field(max_length=20)]
    path: Short
    request: Excerpt
    status: int | None
    reply: Excerpt
    ms: float
    fault: Annotated[str, Field(max_length=40)] | None
    truncated: bool


class Measure(Record):
    """A number that a check measured, with its interval where it has one."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    unit: Annotated[str, Field(max_length=20)] = ""


class Repeat(Record):
    """One run of one check."""

    index: int
    seed: int
    outcome: Outcome
    blame: Blame | None
    seconds: float
    message: Short
    expected: Short
    seen: Short
    service_stopped: bool
    exchanges: Annotated[tuple[Exchange, ...], Field(max_length=8)]
    measures: Annotated[dict[str, Measure], Field(max_length=40)]


class CheckResult(Record):
    """All repeats of one planned check."""

    id: str
    repeats: tuple[Repeat, ...]


class Ready(Record):
    """Whether the service became ready in a phase."""

    ok: bool
    seconds: float
    sentence: Short


class ServiceStop(Record):
    """The service was found stopped after this check."""

    check: str
    repeat: int
    at_s: float


class PhaseResults(Record):
    """The probe's results file: the verdicts of one phase (``docs/schemas/results.schema.json``)."""

    schema_version: Literal[1]
    run_id: str
    nonce: str
    phase: str
    seed: int
    ready: Ready
    seconds: float
    memory_peak_bytes: int | None = None
    """The probe's own largest resident set, in this phase."""
    service_stops: Annotated[tuple[ServiceStop, ...], Field(max_length=1_000)]
    checks: Annotated[tuple[CheckResult, ...], Field(max_length=1_000)]


class Log(Record):
    """Head and tail of what a container printed, made printable."""

    head: str
    tail: str
    bytes: int
    truncated: bool


class ContainerEnd(Record):
    """The watchdog's own record of how a container ended."""

    role: str
    phase: str
    reason: EndReason
    """``killed`` is the grader's ordinary end of a phase, not a fault."""
    exit_code: int | None
    seconds: float


class InstallEvidence(Record):
    """How the submission's requirements became an environment."""

    runtime: RuntimeName = "python"
    source: Literal["uv.lock", "pyproject.toml", "requirements.txt", "package-lock.json", "package.json", "none"]
    requirements: tuple[str, ...]
    environment: str
    """Digest of base image and requirements; names the volume."""
    reused: bool
    packages: tuple[str, ...] = ()
    """``name==version`` of everything installed; of npm's, ``name@version``."""
    seconds: float
    log: Log | None = None


class TrainingRun(Record):
    """One run of the submission's training, before the service was started on what it left."""

    phase: str
    """The phase that it was run for."""
    reason: EndReason
    exit_code: int | None
    seconds: float
    log: Log | None = None

    @property
    def ok(self) -> bool:
        """Whether it ended by itself, with success."""
        return self.reason == "exited" and self.exit_code == 0

    @property
    def sentence(self) -> str:
        """How it ended."""
        how = {
            "exited": "ended with success" if self.ok else f"ended with exit code {self.exit_code}",
            "deadline": "had not ended at its deadline",
            "out_of_memory": "ran out of memory",
            "log_flood": "was ended for what it printed",
            "killed": "was killed",
        }
        return f"Training {how[self.reason]} ({self.seconds:.1f} s)."


class ServiceEvidence(Record):
    """The service container over all phases."""

    became_ready: bool
    boot_s: float | None
    stops: tuple[ServiceStop, ...] = ()
    """Times it stopped by itself, in the order seen, over all phases."""
    ends: tuple[ContainerEnd, ...] = ()
    memory_peak_bytes: int | None = None
    """The most that its container held at once, page cache included; none where the engine cannot say."""
    log: Log | None = None
    training: tuple[TrainingRun, ...] = ()
    """Every run of its training, where the challenge has one and the manifest says how."""


class StaticOutcome(Record):
    """Static analysis, or why there is none."""

    evidence: StaticEvidence | None
    failure: Failure | None


class StageTime(Record):
    """How long a stage took, from when (both in seconds since the grading began)."""

    stage: str
    began_s: float
    seconds: float
    note: str = ""


class Identity(Record):
    """Same identity, same score (within the stated noise)."""

    commit: str
    challenge: str
    challenge_version: str
    challenge_digest: str
    edition: str | None = None
    """Which edition of the challenge's data; none for a challenge without editions."""
    harness_digest: str
    grader_version: str
    images: dict[str, str]
    """Role to image digest."""
    limits: Limits
    seed: int
    runtime: str
    """The engine's container runtime (runc, runsc)."""

    def key(self) -> str:
        """One digest over all of it."""
        return self.digest()


class Evidence(Record):
    """Everything that one grading observed."""

    schema_version: Literal[1] = 1
    grading: str
    """The grading's id."""
    began_at: str
    """UTC, ISO 8601."""
    challenge: Challenge
    identity: Identity
    submission: Submission
    manifest: Manifest | None = None
    runtime: RuntimeName = "python"
    """What the submission's service is written for."""
    failure: Failure | None = None
    install: InstallEvidence | None = None
    service: ServiceEvidence | None = None
    phases: tuple[PhaseResults, ...] = ()
    static: StaticOutcome | None = None
    work: WorkEvidence | None = None
    """Own tests, documents and history."""
    work_failures: tuple[Failure, ...] = ()
    """Why a part of that is missing; the stage is the part's name."""
    stages: tuple[StageTime, ...] = ()
    engine: dict[str, str] = {}  # noqa: RUF012 - frozen by the record
    """Facts about the engine that graded (version, cgroup, kernel)."""

    @property
    def source_seen(self) -> bool:
        """Whether there was a source tree at all; without one there is nothing to hold against anybody."""
        return bool(self.submission.commit)
