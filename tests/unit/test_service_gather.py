"""What the probe left becomes evidence, or an error of ours; never a verdict that it did not give."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from pod_stubs import ECHO, edge, gone, honest, make_pod, one_repeat, plan_of, probe, serve, write_results

from grader.errors import Blame, CandidateError, ChallengeError, InfrastructureError
from grader.evidence import ContainerEnd, Log, Outcome, PhaseResults, ServiceEvidence
from grader.gather.service import Asked, gather_service, phase_seed, require_ready
from grader.limits import Limits
from grader.sandbox.scripted import Machine, ScriptedSandbox

LIMITS = Limits(results_bytes=200_000)


@pytest.fixture
def sandbox() -> Iterator[ScriptedSandbox]:
    """A sandbox with an honest edge, service and probe."""
    scripted = ScriptedSandbox({"edge": edge, "service": serve, "probe": probe()})
    yield scripted
    scripted.close()


def gather(sandbox: ScriptedSandbox, seed: int = 5, **programs):
    """Run every phase of the echo challenge with these programs."""
    sandbox.programs.update(programs)
    said: list[str] = []
    service, phases = gather_service(make_pod(sandbox, LIMITS), ECHO, LIMITS, Asked(seed=seed), said.append)
    return service, phases, said


def test_every_phase_is_run_and_read(sandbox):
    """Honest results of every phase become the evidence, in order."""
    service, phases, said = gather(sandbox)
    assert said == [p.phase for p in phases] == ["main", "restart", "rough"]
    assert [[c.id for c in p.checks] for p in phases] == [
        ["echo.back", "notes.write", "echo.share"],
        ["notes.kept"],
        ["echo.rough"],
    ]
    assert (service.became_ready, service.boot_s, service.stops, service.ends) == (True, 0.25, (), ())
    assert service.log.head.startswith("serving\n")


def test_each_phase_has_a_plan_of_its_own(sandbox):
    """Run ids and nonces are drawn anew; seeds follow from the grading's; checks are the phase's own."""
    plans: list[dict] = []
    for _ in range(2):
        gather(sandbox, probe=probe(lambda _, plan: plans.append(plan)))
    for name in ("run_id", "nonce"):
        assert len({plan[name] for plan in plans}) == 6
    assert [plan["seed"] for plan in plans[:3]] == [phase_seed(5, name) for name in ("main", "restart", "rough")]
    assert [plan["seed"] for plan in plans[3:]] == [plan["seed"] for plan in plans[:3]]
    assert phase_seed(5, "main") != phase_seed(6, "main")
    for plan in plans:
        own = {check["id"] for check in plan["checks"]}
        assert own | set(plan["elsewhere"]) == {check.id for check in ECHO.challenge.checks}
        assert not own & set(plan["elsewhere"])
    assert plans[0]["checks"][0] == {"id": "echo.back", "repeats": 2, "deadline_s": 20, "group": "echo"}


FORGED = {
    "another nonce": lambda r, _: r.update(nonce="0" * 32),
    "another run": lambda r, _: r.update(run_id="0" * 16),
    "another phase": lambda r, _: r.update(phase="rough"),
    "another seed": lambda r, _: r.update(seed=r["seed"] + 1),
    "another version": lambda r, _: r.update(schema_version=2),
    "a check is missing": lambda r, _: r["checks"].pop(),
    "no checks": lambda r, _: r.update(checks=[]),
    "a check stands twice": lambda r, _: r["checks"].append(r["checks"][0]),
    "a repeat is missing": lambda r, _: r["checks"][0]["repeats"].pop(),
    "a repeat too many": lambda r, _: r["checks"][0]["repeats"].append(one_repeat(2)),
    "no repeats": lambda r, _: r["checks"][0].update(repeats=[]),
    "another outcome": lambda r, _: r["checks"][0]["repeats"][0].update(outcome="excellent"),
    "another blame": lambda r, _: r["checks"][0]["repeats"][0].update(blame="nobody"),
    "an unknown field": lambda r, _: r.update(score=100),
    "a field is missing": lambda r, _: r.pop("ready"),
    "not a number": lambda r, _: json.dumps(r).replace('"seconds": 1.0', '"seconds": NaN').encode(),
    "infinite": lambda r, _: json.dumps(r).replace('"seconds": 1.0', '"seconds": 1e999').encode(),
    "a list": lambda r, _: [r],
    "half of it": lambda r, _: json.dumps(r).encode()[:-20],
    "not UTF-8": lambda r, _: json.dumps(r).encode("utf-16"),
    "empty": lambda *_: b"",
    "very deep": lambda *_: b"[" * 100_000,
}


@pytest.mark.parametrize("what", FORGED)
def test_results_that_are_not_ours_are_no_verdict(sandbox, what):
    """Results of another run, incomplete, unreadable or odd in any way: our probe failed, and nothing is judged."""

    def change(results, plan):
        return FORGED[what](results, plan) if plan["phase"] == "main" else None

    def only_values(results, plan):
        changed = change(results, plan)
        return changed if isinstance(changed, bytes | list) else None

    with pytest.raises(InfrastructureError) as caught:
        gather(sandbox, probe=probe(only_values))
    assert (caught.value.code, caught.value.blame) == ("probe.no_results", Blame.INFRASTRUCTURE)
    assert "main" in caught.value.message


def test_no_file_is_no_verdict(sandbox):
    """A probe that ends without a results file, whatever its exit code and words, gave no verdict."""

    def silent(machine: Machine) -> int:
        machine.say(b"all passed \x1b[32m\n")
        return 0

    with pytest.raises(InfrastructureError, match="left no results") as caught:
        gather(sandbox, probe=silent)
    assert caught.value.code == "probe.no_results"
    assert "all passed \\x1b[32m" in caught.value.detail


def test_a_huge_file_is_no_verdict(sandbox):
    """More than the cap is not even held in memory."""
    with pytest.raises(InfrastructureError) as caught:
        gather(sandbox, probe=probe(lambda *_: b" " * (LIMITS.results_bytes + 1)))
    assert caught.value.code == "sandbox.too_large"


def test_a_later_phase_counts_as_much(sandbox):
    """A forged result of the last phase is refused like one of the first."""
    with pytest.raises(InfrastructureError, match="phase rough"):
        gather(sandbox, probe=probe(lambda r, plan: r.update(nonce="x") if plan["phase"] == "rough" else None))


def test_hidden_tests_that_the_rubric_does_not_name_are_the_challenges(sandbox):
    """A check that stands in the hidden files and not in the rubric is the challenge's fault, by name."""

    def stray(results, _):
        results["checks"].append({"id": "stray\x1b", "repeats": [one_repeat(0, "error", "challenge")]})

    with pytest.raises(ChallengeError, match=r"stray\\x1b") as caught:
        gather(sandbox, probe=probe(stray))
    assert caught.value.code == "challenge.stray_checks"


def never_ready(blame: str):
    """A probe that says that the service was never ready."""

    def program(machine: Machine) -> int:
        while blame == "candidate" and not gone(machine) and not machine.killed.is_set():
            machine.sleep(0.005)
        write_results(machine, json.dumps(honest(plan_of(machine), "not_run", blame)).encode())
        return 0

    return program


def test_phases_end_when_the_service_never_starts(sandbox):
    """A service that never becomes ready meets one phase only, and its ends and last words are told."""

    def dies(machine: Machine) -> int:
        machine.say(b"Traceback\nImportError: x \x1b[31m\n\n")
        return 3

    service, phases, said = gather(sandbox, service=dies, probe=never_ready("candidate"))
    assert (said, len(phases), service.became_ready, service.boot_s) == (["main"], 1, False, None)
    assert len(service.stops) == len(service.ends) == LIMITS.service_restarts + 1
    with pytest.raises(CandidateError) as caught:
        require_ready(service, phases)
    assert caught.value.code == "service.never_ready"
    assert caught.value.message == (
        "The service never became ready: It was never ready. It ended by itself 4 times, last with exit code 3."
        " Its last words: ImportError: x \\x1b[31m"
    )


def test_a_pod_that_failed_is_ours(sandbox):
    """When our own pod failed before the service could answer, the candidate is not blamed."""
    with pytest.raises(InfrastructureError) as caught:
        gather(sandbox, probe=never_ready("infrastructure"))
    assert (caught.value.code, caught.value.message) == (
        "probe.pod_failed",
        "Our pod failed before the service could answer: It did not.",
    )


def test_a_phase_after_the_first_may_find_no_service(sandbox):
    """A service that does not come back after a restart is a result like another; the phases go on."""

    def gone_later(_, plan):
        return honest(plan, "not_run", "candidate") if plan["phase"] == "restart" else None

    service, phases, said = gather(sandbox, probe=probe(gone_later))
    assert (len(said), service.became_ready) == (3, True)
    assert phases[1].checks[0].repeats[0].outcome is Outcome.NOT_RUN
    require_ready(service, phases)


def test_stops_that_no_check_saw_are_kept(sandbox):
    """A service that stopped between checks still stopped; one that the probe saw is not counted again."""
    codes = [1]

    def once(machine: Machine) -> int:
        return codes.pop() if codes else serve(machine)

    def waits(machine: Machine) -> int:
        while codes or not any(c.role == "service" and c.running() for c in sandbox.containers):
            machine.sleep(0.005)
        return probe()(machine)

    service, _, _ = gather(sandbox, service=once, probe=waits)
    assert [stop.check for stop in service.stops] == [""]
    assert [end.exit_code for end in service.ends] == [1]
    seen = {"check": "echo.back", "repeat": 0, "at_s": 1.5}
    service, _, _ = gather(
        sandbox, probe=probe(lambda r, plan: r.update(service_stops=[seen]) if plan["phase"] == "main" else None)
    )
    assert [(stop.check, stop.at_s) for stop in service.stops] == [("echo.back", 1.5)]


def test_a_problem_of_the_keepers_surfaces(sandbox):
    """When our watcher could not start the service again, the phase counts for nothing and says why."""

    def once(machine: Machine) -> int:
        del machine, sandbox.programs["service"]
        return 1

    def waits(machine: Machine) -> int:
        while any(thread.name == "service" for thread in threading.enumerate()):
            machine.sleep(0.005)
        return probe()(machine)

    with pytest.raises(InfrastructureError, match="watcher stopped") as caught:
        gather(sandbox, service=once, probe=waits)
    assert "KeyError" in caught.value.detail


def test_a_closed_sandbox_is_said_as_it_is(sandbox):
    """A run that was stopped from outside ends with sandbox.closed, not with a verdict."""

    def closes(machine: Machine) -> int:
        del machine
        sandbox.close()
        return 0

    with pytest.raises(InfrastructureError) as caught:
        gather(sandbox, probe=closes)
    assert caught.value.code == "sandbox.closed"


def ended(*ends: ContainerEnd, log: Log | None = None) -> str:
    """The sentence for a service that ended so."""
    ready = {"ok": False, "seconds": 60, "sentence": "It was not ready within 60 s."}
    names = {"schema_version": 1, "run_id": "", "nonce": "", "phase": "main", "seed": 1}
    phase = PhaseResults.model_validate(names | {"ready": ready, "seconds": 60, "service_stops": [], "checks": []})
    service = ServiceEvidence(became_ready=False, boot_s=None, ends=ends, log=log)
    with pytest.raises(CandidateError) as caught:
        require_ready(service, (phase,))
    return caught.value.message.removeprefix("The service never became ready: It was not ready within 60 s.")


def test_the_sentence_says_how_the_service_ended():
    """Ends by itself are counted, running out of memory is named, our own kill is not told, the log's end is."""
    end = ContainerEnd(role="service", phase="main", reason="exited", exit_code=1, seconds=0.5)
    killed = end.model_copy(update={"reason": "killed"})
    memory = end.model_copy(update={"reason": "out_of_memory", "seconds": 2.0})
    log = Log(head="first", tail="some\nlast words \n \n", bytes=9, truncated=True)
    assert ended(killed) == ""
    assert ended(end, end, log=log) == " It ended by itself 2 times, last with exit code 1. Its last words: last words"
    assert ended(end, memory) == " It ran out of memory (2.0 s after its start)."
    assert ended(log=log.model_copy(update={"head": "only\n", "tail": ""})) == " Its last words: only"
