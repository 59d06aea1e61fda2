"""Builders of small rubrics and evidence; every call builds the same record."""

from __future__ import annotations

from grader.challenge import Challenge
from grader.errors import Blame
from grader.evidence import (
    CheckResult,
    Evidence,
    Failure,
    Identity,
    Measure,
    Outcome,
    PhaseResults,
    Ready,
    Repeat,
    ServiceEvidence,
    StaticEvidence,
    StaticOutcome,
)
from grader.limits import Limits
from grader.scorecard import Scorecard
from grader.submission import Manifest, Submission

COMMIT = "3f9c1e7ab2d45f60718293a4b5c6d7e8f9012345"
ANCHORS = ("None.", "Little.", "Half.", "Most.", "All.")


def criterion(name: str, weight: float, source: str, **changes) -> dict:
    """One row of the rubric as the TOML has it."""
    return {
        "id": name,
        "title": f"The {name}",
        "weight": weight,
        "minutes": 30,
        "decided_by": "people" if source == "review" else "harness",
        "source": source,
        "asks": "Do it.",
        "candidate_text": "Whether it is done.",
        "anchors": ANCHORS,
    } | changes


def check(name: str, owner: str, **changes) -> dict:
    """One hidden check as the TOML has it."""
    return {
        "id": name,
        "title": f"Check {name}",
        "criterion": owner,
        "group": "all",
        "phase": "main",
        "weight": 1,
        "brief": "Do it.",
    } | changes


RISING = {"measure": "recall", "anchors": [[0.2, 0.0], [0.6, 0.5], [0.8, 1.0]]}
SHARE = {"measure": "complex_share", "anchors": [[0.1, 1.0], [0.5, 0.0]]}


def rubric() -> dict:
    """A rubric with every kind of criterion, check, phase and gate."""
    return {
        "schema_version": 1,
        "id": "sample",
        "version": "1.0.0",
        "title": "Sample",
        "summary": "A sample.",
        "phase": [{"id": "main"}, {"id": "restart", "restart": True}],
        "group": [{"id": "all", "title": "All", "candidate_text": "All of it."}],
        "criterion": [
            criterion("api", 40, "checks"),
            criterion("quality", 20, "checks"),
            criterion("lint", 10, "lint", penalties=[{"category": "errors", "each": 0.1, "cap": 0.5}]),
            criterion("shape", 10, "complexity", scale=SHARE),
            criterion("design", 20, "review"),
        ],
        "check": [
            check("api.one", "api", repeats=3),
            check("api.two", "api", weight=2),
            check("api.kept", "api", phase="restart"),
            check("quality.recall", "quality", scale=RISING),
        ],
        "gate": [
            {"id": "ready", "title": "Ready", "cap": 0, "because": "it never became ready", "event": "never_ready"},
            {"id": "stopped", "title": "Kept running", "cap": 70, "because": "it stopped", "event": "stopped"},
            {"id": "works", "title": "Works", "cap": 40, "because": "nothing worked", "failed": ["api.one", "api.two"]},
        ],
    }


def challenge(**changes) -> Challenge:
    """The sample rubric, or one with other parts."""
    return Challenge.model_validate(rubric() | changes)


def repeat(index: int = 0, outcome: str = "passed", blame: str | None = None, **changes) -> Repeat:
    """One run of a check; a failure is the candidate's unless it says otherwise."""
    fields = {
        "index": index,
        "seed": 7,
        "outcome": Outcome(outcome),
        "blame": Blame(blame) if blame else Blame.CANDIDATE if outcome in {"failed", "not_run"} else None,
        "seconds": 0.25,
        "message": "" if outcome == "passed" else f"{outcome} {index}",
        "expected": "",
        "seen": "",
        "service_stopped": False,
        "exchanges": (),
        "measures": {"recall": Measure(value=0.8)} if outcome == "passed" else {},
    }
    return Repeat(**(fields | changes))


LOST = ("error", "infrastructure")
BROKEN = ("error", "challenge")


def results(rubric_of: Challenge, verdicts: dict[str, list] | None = None) -> tuple[PhaseResults, ...]:
    """What the probe saw: all passed, but for the checks with verdicts of their own."""
    verdicts = verdicts or {}
    phases = []
    for phase in rubric_of.phases:
        checks = []
        for spec in rubric_of.checks:
            if spec.phase != phase.id:
                continue
            own = verdicts.get(spec.id, ["passed"] * spec.repeats)
            repeats = [
                r if isinstance(r, Repeat) else repeat(n, *((r,) if isinstance(r, str) else r))
                for n, r in enumerate(own)
            ]
            checks.append(CheckResult(id=spec.id, repeats=tuple(repeats)))
        phases.append(
            PhaseResults(
                schema_version=1,
                run_id="r",
                nonce="n",
                phase=phase.id,
                seed=1,
                ready=Ready(ok=True, seconds=0.5, sentence="The service was ready after 0.50 s."),
                seconds=2.0,
                service_stops=(),
                checks=tuple(checks),
            )
        )
    return tuple(phases)


def static(errors: int = 0, complex_share: float = 0.0, **changes) -> StaticOutcome:
    """What the analysers saw of a program of 800 lines."""
    fields = {
        "files": 4,
        "lines": 800,
        "findings_total": errors,
        "by_category": {"errors": errors} if errors else {},
        "functions_total": 12,
        "complex_share": complex_share,
        "maintainability": 70.0,
        "tools": {"ruff": "0.14.5"},
    }
    return StaticOutcome(evidence=StaticEvidence(**(fields | changes)), failure=None)


def failure(blame: str, stage: str = "install") -> Failure:
    """Why gathering ended early."""
    return Failure(code=f"{stage}.failed", blame=Blame(blame), message="It stopped.", next_step="Mend it.", stage=stage)


def evidence(verdicts: dict[str, list] | None = None, rubric_of: Challenge | None = None, **changes) -> Evidence:
    """A grading in which everything went well, but for what is named."""
    own = rubric_of or challenge()
    fields = {
        "grading": "g-1",
        "began_at": "2026-01-05T09:00:00+00:00",
        "challenge": own,
        "identity": Identity(
            commit=COMMIT,
            challenge=own.id,
            challenge_version=own.version,
            challenge_digest="5e" * 32,
            harness_digest="c4" * 32,
            grader_version="0.1.0",
            images={"edge": "sha256:1"},
            limits=Limits(),
            seed=11,
            runtime="runc",
        ),
        "submission": Submission(url="https://git.example/a.git", commit=COMMIT),
        "manifest": Manifest.model_validate({"service": {"command": "python server.py"}, "hours": 3.5}),
        "service": ServiceEvidence(became_ready=True, boot_s=0.5),
        "phases": results(own, verdicts),
        "static": static(),
    }
    return Evidence(**(fields | changes))


def row(card: Scorecard, name: str):
    """A criterion's row."""
    return next(c for c in card.criteria if c.id == name)


def checks(card: Scorecard) -> dict:
    """The checks by id."""
    return {c.id: c for group in card.groups for c in group.checks}


def measured(value: float) -> list:
    """A quality check that passed with a measure."""
    return [repeat(measures={"recall": Measure(value=value)})]
