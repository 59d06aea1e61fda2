"""Runs the service in a pod, phase by phase, and reads what the probe saw."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from grader.challenge import ChallengeFolder, CheckSpec, Phase
from grader.errors import Blame, CandidateError, ChallengeError, GraderError, InfrastructureError, printable
from grader.evidence import ContainerEnd, Outcome, PhaseResults, ServiceEvidence, ServiceStop, TrainingRun
from grader.limits import Limits
from grader.sandbox.base import File
from grader.sandbox.pod import PhaseOutcome, Pod, Training, tree_files
from grader.submission import Manifest

READY_PATH = "/health"


def hidden_files(folder: ChallengeFolder) -> list[File]:
    """The hidden checks and the edition's data as the probe gets them; no other edition."""
    files = tree_files(folder.hidden, "in/hidden")
    return files if folder.data is None else files + tree_files(folder.data, "in/hidden/data")


def training_of(folder: ChallengeFolder, manifest: Manifest) -> Training | None:
    """How a submission is trained in its pod; none where the challenge or the manifest says nothing of it."""
    asked = folder.challenge.training
    if asked is None or manifest.train is None:
        return None
    return Training(
        command=manifest.train.command,
        files=_lessons(folder),
        deadline_s=asked.deadline_s,
        times=1 + sum(phase.retrain for phase in folder.challenge.phases),
    )


def _lessons(folder: ChallengeFolder) -> list[File]:
    """What training is given, named from the folder that it finds them in; nothing where there is no training."""
    asked = folder.challenge.training
    files = tree_files(folder.root / asked.data, "data")[1:] if asked else []
    return [replace(file, path=file.path.removeprefix("data/")) for file in files]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a service: everything, as in a grading, or part of it, as in a proof of the challenge."""

    seed: int
    only: frozenset[str] | None = None
    """Ids of the checks to run; none: all."""
    until_failure: bool = False
    """End with the first check that fails."""


def gather_service(
    pod: Pod, folder: ChallengeFolder, limits: Limits, asked: Asked, say: Callable[[str], None]
) -> tuple[ServiceEvidence, tuple[PhaseResults, ...]]:
    """Run every phase of a challenge against an open pod; a phase of which nothing is asked is left out.

    Raises:
        InfrastructureError: ``probe.…`` when a probe left no valid results, or the pod failed before
            the service could show itself; never a verdict.
    """
    results: list[PhaseResults] = []
    ends: list[ContainerEnd] = []
    trained: list[TrainingRun] = []
    for phase in folder.challenge.phases:
        if asked.only is not None and not any(
            c.id in asked.only for c in folder.challenge.checks if c.phase == phase.id
        ):
            continue
        if pod.trains and (phase.retrain or not results):
            say("training")
            trained.append(pod.train(phase.id))
        say(phase.id)
        plan = _plan(phase, folder.challenge.checks, limits, asked) | {"training": _told(folder, trained)}
        outcome = _run(pod, phase, plan)
        ends += outcome.service_ends
        results.append(_read(outcome, plan, phase))
        if len(results) == 1 and not results[0].ready.ok:
            _require_pod(results[0], outcome)
            break
        if asked.until_failure and any(r.outcome is Outcome.FAILED for c in results[-1].checks for r in c.repeats):
            break
    first = results[0].ready
    return (
        ServiceEvidence(
            became_ready=first.ok,
            boot_s=round(first.seconds, 3) if first.ok else None,
            stops=tuple(stop for phase in results for stop in phase.service_stops) or _unseen_stops(ends),
            ends=tuple(ends),
            memory_peak_bytes=pod.service.memory_peak,
            log=pod.service.log(),
            training=tuple(trained),
        ),
        tuple(results),
    )


def require_ready(service: ServiceEvidence, phases: Sequence[PhaseResults]) -> None:
    """Nothing can be graded of a service that never answered.

    Raises:
        CandidateError: ``service.never_ready``, with how it ended and its last words.
    """
    if service.became_ready:
        return
    trained = next((f" {run.sentence}" for run in service.training if not run.ok), "")
    own = [end for end in service.ends if end.reason != "killed"]
    ended = f" It ended by itself {len(own)} times, last with exit code {own[-1].exit_code}." if own else ""
    if own and own[-1].reason == "out_of_memory":
        ended = f" It ran out of memory ({own[-1].seconds:.1f} s after its start)."
    text = (service.log.tail or service.log.head) if service.log else ""
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    words = f" Its last words: {printable(last.strip(), 160)}" if last else ""
    raise CandidateError(
        "service.never_ready",
        f"The service never became ready: {phases[0].ready.sentence}{trained}{ended}{words}",
        next_step="Start it with the manifest's command in a fresh clone, and ask GET /health on $PORT.",
    )


def phase_seed(seed: int, phase: str) -> int:
    """The phase's own seed: 32 bits of SHA-256 over the grading's seed and the phase's name."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{phase}".encode()).digest()[:4], "big")


def _plan(phase: Phase, every: Sequence[CheckSpec], limits: Limits, asked: Asked) -> dict[str, object]:
    wanted = {check.id for check in every if check.phase == phase.id and (asked.only is None or check.id in asked.only)}
    checks = [check for check in every if check.id in wanted]
    elsewhere = [check.id for check in every if check.id not in wanted]
    return {
        "schema_version": 1,
        "run_id": secrets.token_hex(8),
        "nonce": secrets.token_hex(16),
        "phase": phase.id,
        "seed": phase_seed(asked.seed, phase.id),
        "ready_deadline_s": limits.boot_s,
        "recover_deadline_s": limits.recover_s,
        "phase_deadline_s": limits.phase_s,
        "exchange_deadline_s": limits.exchange_s,
        "max_reply_bytes": limits.reply_bytes,
        "service_socket": "/run/pod/service.sock",
        "control_socket": "/run/pod/control.sock",
        "ready_path": READY_PATH,
        "hidden_dir": "/pod/in/hidden",
        "checks": [
            {"id": check.id, "repeats": check.repeats, "deadline_s": check.deadline_s, "group": check.group}
            for check in checks
        ],
        "elsewhere": elsewhere,
        "until_failure": asked.until_failure,
    }


def _told(folder: ChallengeFolder, trained: Sequence[TrainingRun]) -> dict[str, object] | None:
    """What the checks learn of the training that the service runs on; nothing where the challenge has none."""
    if folder.challenge.training is None:
        return None
    files = {f.path: hashlib.sha256(f.data).hexdigest() for f in _lessons(folder) if f.data is not None}
    if not trained:
        return {"ok": False, "sentence": "The manifest has no [train] command.", "seconds": 0.0, "files": files}
    last = trained[-1]
    return {"ok": last.ok, "sentence": last.sentence, "seconds": last.seconds, "files": files}


def _run(pod: Pod, phase: Phase, plan: dict[str, object]) -> PhaseOutcome:
    outcome = pod.run_phase(phase.id, plan, restart=phase.restart)
    problem = pod.service.problem
    if problem is not None:
        ours = isinstance(problem, GraderError)
        raise problem if ours else _bad("the service's watcher stopped", outcome, repr(problem))
    return outcome


def _read(outcome: PhaseOutcome, plan: dict[str, object], phase: Phase) -> PhaseResults:
    """The results file, if it is ours, of this run, whole and complete."""
    if outcome.results is None:
        raise _bad(f"the probe of phase {phase.id} left no results ({outcome.probe.reason})", outcome)
    try:
        results = PhaseResults.model_validate_json(outcome.results)
    except (ValidationError, ValueError) as error:
        raise _bad(f"the probe of phase {phase.id} left results that cannot be read", outcome, str(error)) from None
    for name in ("run_id", "nonce", "phase", "seed"):
        if getattr(results, name) != plan[name]:
            raise _bad(f"the results of phase {phase.id} belong to another run", outcome)
    strays = [check.id for check in results.checks if check.id not in {str(c["id"]) for c in _checks(plan)}]
    if strays:
        raise ChallengeError(
            "challenge.stray_checks",
            f"The hidden files hold checks that the rubric does not name: {printable(', '.join(strays))}.",
            next_step="Name them in challenge.toml, or remove them; `grader validate` shows the same.",
        )
    planned = {str(check["id"]): int(str(check["repeats"])) for check in _checks(plan)}
    found = [(check.id, len(check.repeats)) for check in results.checks]
    if len(found) != len(planned) or dict(found) != planned:
        odd = sorted(set(found) ^ set(planned.items()))
        raise _bad(f"the results of phase {phase.id} do not hold every planned check once", outcome, str(odd))
    return results


def _require_pod(first: PhaseResults, outcome: PhaseOutcome) -> None:
    """A service that never answered because our pod failed is no fault of the candidate's."""
    ours = (r.message for check in first.checks for r in check.repeats if r.blame is Blame.INFRASTRUCTURE)
    message = next(ours, None)
    if message is not None:
        raise InfrastructureError(
            "probe.pod_failed",
            f"Our pod failed before the service could answer: {printable(message)}",
            next_step="Grade again; nothing of this run counts.",
            detail=printable(f"{outcome.probe_log.head} {outcome.probe_log.tail}", 2_000),
        )


def _checks(plan: dict[str, object]) -> list[dict[str, object]]:
    return list(json.loads(json.dumps(plan["checks"])))


def _bad(what: str, outcome: PhaseOutcome, detail: str = "") -> InfrastructureError:
    log = outcome.probe_log
    return InfrastructureError(
        "probe.no_results",
        f"Our probe did not finish: {what}.",
        next_step="Grade again; nothing of this run counts.",
        detail=printable(f"{detail} {log.head} {log.tail}", 2_000),
    )


def _unseen_stops(ends: Sequence[ContainerEnd]) -> tuple[ServiceStop, ...]:
    """Stops that the watchdog saw and no check did (between checks, or before the first)."""
    return tuple(ServiceStop(check="", repeat=0, at_s=end.seconds) for end in ends)
