"""One phase from plan to results: find the checks, wait for the service, run every repeat, write last."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.probe.attempt import Bench, attempt
from harness.probe.collect import Collected, collect, misshapen
from harness.probe.control import Control
from harness.probe.kit import State
from harness.probe.plan import SCHEMA_VERSION, PlannedCheck, Slot, read_plan
from harness.probe.presence import Presence, Readiness
from harness.probe.results import Repeat, Verdict, write_json
from harness.probe.text import printable
from harness.probe.verdicts import challenge
from harness.probe.wire import Wire


def run_phase(inbox: Path, outbox: Path, phase: str) -> Path:
    """Run one phase and write its results; returns their path.

    Raises:
        PlanError: there is no plan to run.
    """
    target = outbox / f"results-{phase}.json"
    target.unlink(missing_ok=True)
    plan = read_plan(inbox / f"plan-{phase}.json", phase)
    control = Control(Wire(plan.control_socket, "control"))
    wire = Wire(plan.service_socket)
    bench = Bench(
        plan=plan,
        wire=wire,
        control=control,
        state=State(outbox / "state" / "state.json"),
        presence=Presence(plan, wire, control, inbox / "service-gone"),
    )
    write_json(target, Run(bench).results())
    return target


class Run:
    """The state of one phase while it runs: verdicts so far, stops so far, and why no more can run."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._plan = bench.plan
        self._started = time.monotonic()
        self._done: dict[Slot, Repeat] = {}
        self._stops: list[dict[str, Any]] = []
        self._waited = 0.0
        self._halted: Verdict | None = None

    def results(self) -> dict[str, Any]:
        """Run everything; the value of the results file."""
        collected = collect(Path(self._plan.hidden_dir))
        tests, broken = self._match(collected)
        ready = self._bench.presence.wait(self._plan.ready_deadline_s)
        if not ready.ok:
            self._halted = self._not_ready(ready)
        self._run_all(tests)
        return {
            "schema_version": SCHEMA_VERSION,
            "run_id": self._plan.run_id,
            "nonce": self._plan.nonce,
            "phase": self._plan.phase,
            "seed": self._plan.seed,
            "ready": ready.as_json(),
            "seconds": round(time.monotonic() - self._started, 6),
            "memory_peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "service_stops": self._stops,
            "checks": [self._planned(check) for check in self._plan.checks] + broken,
        }

    def _match(self, collected: Collected) -> tuple[dict[str, Callable[..., object]], list[dict[str, Any]]]:
        """Tests by planned check, and an errored entry for everything in the hidden files that fits no plan."""
        tests = {}
        because = "; ".join(f"{name}: {reason}" for name, reason in collected.broken.items())
        for check in self._plan.checks:
            found = collected.tests.get(check.id, [])
            wrong = misshapen(found[0]) if len(found) == 1 else None
            if not found:
                wrong = f"No hidden test has this check's id. {because}"
            elif len(found) > 1:
                wrong = f"{len(found)} hidden tests have this check's id."
            if wrong is None:
                tests[check.id] = found[0]
            else:
                self._close(check, challenge(wrong))
        known = {check.id for check in self._plan.checks} | set(self._plan.elsewhere)
        strays = {name: "The plan does not name this check." for name in collected.tests if name not in known}
        return tests, [self._stray(name, reason) for name, reason in (strays | collected.broken).items()]

    def _run_all(self, tests: dict[str, Callable[..., object]]) -> None:
        began = time.monotonic()
        for slot in self._plan.order():
            if slot in self._done:
                continue
            if self._halted is None and self._bench.presence.gone:
                self._halted = self._gone()
            if self._halted is None and time.monotonic() - began >= self._plan.phase_deadline_s:
                self._halted = self._phase_over(time.monotonic() - began)
            if self._halted is not None:
                self._done[slot] = self._unrun(slot, self._halted)
            else:
                self._run(slot, tests[slot.check.id])

    def _run(self, slot: Slot, test: Callable[..., object]) -> None:
        attempted = attempt(self._bench, slot, test)
        self._waited += attempted.waited
        self._done[slot] = attempted.repeat
        if attempted.pod_failed:
            self._halted = replace(attempted.repeat.verdict, outcome="not_run")
        elif attempted.repeat.service_stopped:
            at_s = round(time.monotonic() - self._started, 3)
            self._stops.append({"check": slot.check.id, "repeat": slot.index, "at_s": at_s})
            back = self._bench.presence.wait(self._plan.recover_deadline_s)
            self._waited += back.seconds
            if not back.ok:
                self._halted = self._gone()
        if self._halted is None and self._plan.until_failure and attempted.repeat.verdict.outcome == "failed":
            self._halted = _enough(slot.check.id)

    def _gone(self) -> Verdict:
        when = f"{self._stops[-1]['at_s']:.1f} s into the phase" if self._stops else "during the phase"
        return Verdict(
            outcome="not_run", blame="candidate", message=f"The service had stopped {when} and did not come back."
        )

    def _not_ready(self, ready: Readiness) -> Verdict:
        failed = self._bench.presence.pod_failed()
        if failed is not None:
            return Verdict(outcome="not_run", blame="infrastructure", message=failed)
        return Verdict(outcome="not_run", blame="candidate", message=ready.sentence)

    def _phase_over(self, seconds: float) -> Verdict:
        message = f"The phase's {self._plan.phase_deadline_s:g} seconds were used up."
        slow_service = self._waited * 2 >= seconds
        return Verdict(outcome="not_run", blame="candidate" if slow_service else "challenge", message=message)

    def _close(self, check: PlannedCheck, verdict: Verdict) -> None:
        for index in range(check.repeats):
            slot = Slot(check=check, index=index)
            self._done[slot] = self._unrun(slot, verdict)

    def _unrun(self, slot: Slot, verdict: Verdict) -> Repeat:
        return Repeat(index=slot.index, seed=self._plan.seed_of(slot), verdict=verdict)

    def _planned(self, check: PlannedCheck) -> dict[str, Any]:
        slots = [Slot(check=check, index=index) for index in range(check.repeats)]
        return {"id": check.id, "repeats": [self._done[slot].as_json() for slot in slots]}

    def _stray(self, name: str, reason: str) -> dict[str, Any]:
        return {"id": printable(name, 200), "repeats": [Repeat(index=0, seed=0, verdict=challenge(reason)).as_json()]}


def _enough(check: str) -> Verdict:
    """Nobody's fault: the plan asked for no more than the first failure."""
    return Verdict(outcome="not_run", blame=None, message=f"{check} had failed, and no more was asked.")
