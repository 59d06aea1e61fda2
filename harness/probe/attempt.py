"""One repeat of one check: run its function, judge how it ended, ask whether the service survived it."""

from __future__ import annotations

import gc
import inspect
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.probe.control import Control
from harness.probe.errors import CUT, ControlFault
from harness.probe.exchanges import ExchangeLog
from harness.probe.kit import Measures, State
from harness.probe.plan import Plan, Slot
from harness.probe.presence import Presence
from harness.probe.results import Repeat, Verdict
from harness.probe.service import Budget, Service
from harness.probe.verdicts import PASSED, STOPPED, challenge, infrastructure, judge
from harness.probe.watchdog import Watchdog
from harness.probe.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every repeat works with."""

    plan: Plan
    wire: Wire
    control: Control
    state: State
    presence: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A repeat that ran, and what the next ones need to know of it."""

    repeat: Repeat
    waited: float
    pod_failed: bool = False


def attempt(bench: Bench, slot: Slot, test: Callable[..., object]) -> Attempt:
    """Run one repeat to its verdict; raises nothing that a check or a service can provoke."""
    plan = bench.plan
    log = ExchangeLog()
    measures = Measures()
    budget = Budget(seconds=slot.check.deadline_s)
    service = Service(bench.wire, budget, log, exchange_s=plan.exchange_deadline_s, max_bytes=plan.max_reply_bytes)
    given: dict[str, Any] = {
        "service": service,
        "rng": random.Random(plan.seed_of(slot)),  # noqa: S311 - reproducible, not secret
        "measure": measures,
        "state": bench.state,
        "control": bench.control,
        "scratch": plan.scratch_of(slot),
        "training": plan.training,
    }
    verdict, failed_at = _run(
        test, {name: given[name] for name in inspect.signature(test).parameters}, 2 * budget.seconds
    )
    seconds = time.monotonic() - budget.started
    verdict = _save(bench.state, verdict)
    if verdict.outcome != "passed":
        gc.collect()  # frames of the failure may hold large replies in a cycle
    verdict, stopped, pod_failed = _after(bench, verdict, log)
    if verdict.blame == "candidate":
        bench.state.failed(slot.check.id)
    return Attempt(
        repeat=Repeat(
            index=slot.index,
            seed=plan.seed_of(slot),
            verdict=verdict,
            seconds=seconds,
            service_stopped=stopped,
            exchanges=[] if verdict.outcome == "passed" else log.as_json(failed_at),
            measures=measures.found,
        ),
        waited=min(budget.waited, seconds),
        pod_failed=pod_failed,
    )


def _run(test: Callable[..., object], arguments: dict[str, Any], seconds: float) -> tuple[Verdict, float | None]:
    """The verdict, and when the check failed if it says so: what comes after is its cleaning up."""
    code = inspect.unwrap(test).__code__
    try:
        with Watchdog(seconds):
            result = test(**arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - every end has its verdict; pytest's skip is no Exception
        return judge(error, code.co_filename), getattr(error, "at", None)
    return PASSED if result is None else challenge("The check gave a value back instead of asserting."), None


def _save(state: State, verdict: Verdict) -> Verdict:
    """Save the state; one that is no JSON is the check's bug."""
    try:
        state.save()
    except (TypeError, ValueError, RecursionError) as error:
        return challenge(f"The check left a state that is no JSON: {error}")
    return verdict


def _after(bench: Bench, verdict: Verdict, log: ExchangeLog) -> tuple[Verdict, bool, bool]:
    """The verdict once the pod was asked; whether the service stopped; whether the pod itself failed."""
    try:
        bench.control.settle()
        stopped = bench.presence.stopped(cut=bool(log.kinds & CUT))
    except ControlFault as fault:
        return infrastructure(str(fault)), False, True
    if stopped:
        # Whatever else happened: a check's own error may well be the stop, seen by code that did not expect it.
        keep = verdict.outcome == "failed"
        message = f"{STOPPED.message} {verdict.message}" if keep else STOPPED.message
        return (
            Verdict(
                outcome="failed",
                blame="candidate",
                message=message[:600],
                expected=verdict.expected if keep else "",
                seen=verdict.seen if keep else "",
            ),
            True,
            False,
        )
    if "refused" in log.kinds:
        return infrastructure("The pod's relay did not accept a connection although the service listens."), False, False
    return verdict, False, False
