"""The whole probe, as a process: readiness, stops, deadlines, order, seeds, state and what a crash leaves."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from probe_stubs import ROOT, Pod, pod

from harness.probe.plan import PlanError, Slot, read_plan


def runners(*names: str) -> str:
    """Checks that tell the service their name, a random number and their scratch prefix."""
    return "".join(
        f"@check('{name}')\ndef test_{name}(service, rng, scratch):\n"
        f"    service.post('/run', json=['{name}', rng.random(), scratch])\n"
        for name in names
    )


DIE = "@check('die')\ndef test_die(service):\n    service.post('/die')\n"


def flat(found: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Outcome and blame of every repeat."""
    return [(r["outcome"], r["blame"]) for check in found["checks"] for r in check["repeats"]]


def runs(stub: Pod) -> list[Any]:
    """What the checks told the service, in the order they ran."""
    return [value for _, path, value in stub.log if path == "/run"]


def test_never_ready() -> None:
    """A service that is never ready leaves every check unrun, by the candidate's fault."""
    with pod(ready=False) as stub:
        stub.hidden(runners("a", "b"))
        stub.plan({"id": "a", "repeats": 2}, "b", ready_deadline_s=0.5)
        found = stub.results()
    assert found["ready"]["ok"] is False
    assert "not ready within 0.5 s" in found["ready"]["sentence"]
    assert "503" in found["ready"]["sentence"]
    assert flat(found) == [("not_run", "candidate")] * 3


def test_slow_start_is_waited_for() -> None:
    """A service that becomes ready in time is graded; the seconds are told."""
    with pod(ready=False) as stub:
        threading.Timer(1.5, setattr, (stub, "ready", True)).start()
        stub.hidden(runners("a"))
        stub.plan("a", ready_deadline_s=20)
        found = stub.results()
    assert found["ready"]["ok"] is True
    assert flat(found) == [("passed", None)]


def test_stop_and_recovery() -> None:
    """A stop fails the check it happens in, is listed, and the checks after the restart run."""
    with pod(back_s=0.4) as stub:
        stub.hidden(runners("a", "b") + DIE)
        stub.plan({"id": "die", "group": "x"}, "a", "b", recover_deadline_s=5)
        found = stub.results()
    assert flat(found) == [("failed", "candidate"), ("passed", None), ("passed", None)]
    stopped = found["checks"][0]["repeats"][0]
    assert stopped["service_stopped"] is True
    assert stopped["message"].startswith("The service stopped during this check.")
    assert [e["fault"] for e in stopped["exchanges"]] == ["closed"]
    (stop,) = found["service_stops"]
    assert (stop["check"], stop["repeat"]) == ("die", 0)
    assert 0 < stop["at_s"] < found["seconds"]


@pytest.mark.parametrize("lines", ["service.post('/die-after')", "service.post('/die-after')\n    {}['x']"])
def test_stop_fails_a_check_that_would_pass(lines: str) -> None:
    """A service that stops just after a good reply still fails that check, whatever the check made of it."""
    with pod() as stub:
        stub.hidden(f"@check('a')\ndef test_a(service):\n    {lines}\n")
        stub.plan("a", recover_deadline_s=0.2)
        repeat = stub.first()
    assert (repeat["outcome"], repeat["blame"], repeat["service_stopped"]) == ("failed", "candidate", True)


def test_stop_without_return() -> None:
    """A service that does not come back leaves the rest unrun, by the candidate's fault, and says when it stopped."""
    with pod() as stub:
        stub.hidden(runners("a", "b") + DIE)
        stub.plan({"id": "die", "group": "x"}, "a", "b", recover_deadline_s=0.4)
        found = stub.results()
    assert flat(found) == [("failed", "candidate"), ("not_run", "candidate"), ("not_run", "candidate")]
    assert "s into the phase and did not come back" in found["checks"][1]["repeats"][0]["message"]


def test_service_gone_ends_the_wait() -> None:
    """The grader's word that the service is gone ends every wait at once."""
    with pod() as stub:
        stub.hidden(runners("a") + DIE.replace("/die", "/giveup"))
        stub.plan({"id": "die", "group": "x"}, "a", recover_deadline_s=60)
        found = stub.results()
        assert flat(found) == [("failed", "candidate"), ("not_run", "candidate")]
        assert found["seconds"] < 10
        stub.plan("a", ready_deadline_s=60, elsewhere=["die"])
        found = stub.results()
    assert found["ready"]["ok"] is False
    assert flat(found) == [("not_run", "candidate")]


def test_control_socket_failing_is_ours() -> None:
    """When the pod's own control socket fails nobody loses points: error, then unrun, by infrastructure."""
    with pod(control_ok=False) as stub:
        stub.hidden(runners("a", "b"))
        stub.plan("a", {"id": "b", "group": "later"})
        found = stub.results()
        assert flat(found) == [("error", "infrastructure"), ("not_run", "infrastructure")]
        stub.ready = False
        stub.plan("a", ready_deadline_s=0.3, elsewhere=["b"])
        assert flat(stub.results()) == [("not_run", "infrastructure")]


def test_relay_refusing_is_ours() -> None:
    """When the relay accepts nobody although the service listens, the pod is at fault."""
    with pod() as stub:
        stub.hidden("@check('a')\ndef test_a(service):\n    time.sleep(1)\n    service.get('/x')\n")
        stub.plan("a")
        threading.Timer(0.1, lambda: _close_after_health(stub)).start()
        repeat = stub.first()
    assert (repeat["outcome"], repeat["blame"]) == ("error", "infrastructure")


def _close_after_health(stub: Pod) -> None:
    while not stub.log:
        time.sleep(0.01)
    time.sleep(0.3)
    (stub.folder / "service.sock").unlink()


def test_faults_end_with_their_check() -> None:
    """Gateway faults that a check leaves behind are cleared after it; the ledger can be read from a mark."""
    with pod() as stub:
        stub.hidden(
            "@check('a')\ndef test_a(control):\n    control.faults([{'kind': 'status', 'status': 500}])\n"
            "@check('b')\ndef test_b(control):\n    assert control.mark() == 7\n"
            "    assert control.ledger(since=5).entries == [{'n': 5}, {'n': 6}]\n"
            "    assert control.service_listening()\n"
        )
        stub.plan("a", "b")
        assert flat(stub.results()) == [("passed", None)] * 2
        assert stub.faults == [[{"kind": "status", "status": 500}], None]


def test_phase_deadline() -> None:
    """Checks beyond the phase's seconds are unrun: the candidate's if its service took them, else the challenge's."""
    for line, blame in (("service.pause(1.2)", "candidate"), ("time.sleep(1.2)", "challenge")):
        with pod() as stub:
            stub.hidden(f"@check('a')\ndef test_a(service):\n    {line}\n" + runners("b"))
            stub.plan({"id": "a", "group": "x"}, "b", phase_deadline_s=1)
            found = stub.results()
        assert flat(found) == [("passed", None), ("not_run", blame)]
        assert found["checks"][1]["repeats"][0]["message"] == "The phase's 1 seconds were used up."


def test_order_and_numbers_follow_the_seed() -> None:
    """The same seed gives the same order, numbers and names; another seed gives others; groups stay in order."""
    seen = []
    for seed in (1, 1, 2):
        with pod() as stub:
            stub.hidden(runners("a", "b", "c"))
            stub.plan({"id": "b", "repeats": 4}, {"id": "a", "repeats": 4}, {"id": "c", "group": "last"}, seed=seed)
            stub.results()
            seen.append(runs(stub))
    assert seen[0] == seen[1] != seen[2]
    assert [name for name, _, _ in seen[0]][-1] == "c"
    assert sorted(name for name, _, _ in seen[0]) == ["a"] * 4 + ["b"] * 4 + ["c"]
    assert len({scratch for _, _, scratch in seen[0]}) == len({number for _, number, _ in seen[0]}) == 9


def test_state_outlives_the_phase() -> None:
    """What a check leaves in ``state`` is there in the next phase; what is no JSON is the check's bug and undone."""
    with pod() as stub:
        stub.hidden(
            "@check('a')\ndef test_a(state):\n    state['ids'] = ['x1', 'ü']\n"
            "@check('bad')\ndef test_bad(state):\n    state['ids'].append(object())\n"
            "@check('z')\ndef test_z(state):\n    assert state['ids'] == ['x1', 'ü']\n"
        )
        stub.plan({"id": "a", "group": "1"}, {"id": "bad", "group": "2"}, elsewhere=["z"])
        stub.plan("z", phase="restart", elsewhere=["a", "bad"])
        assert flat(stub.results()) == [("passed", None), ("error", "challenge")]
        assert flat(stub.results("restart")) == [("passed", None)]


def test_state_that_was_never_stored() -> None:
    """A check that needs what a failed one was to store fails as that one did; if none failed, it is a bug."""
    for earlier, verdict in (("assert False", ("failed", "candidate")), ("pass", ("error", "challenge"))):
        with pod() as stub:
            stub.hidden(
                f"@check('a')\ndef test_a(state):\n    {earlier}\n    state['other'] = 1\n"
                "@check('z')\ndef test_z(state):\n    assert state['note']\n"
            )
            stub.plan("a", elsewhere=["z"])
            stub.plan("z", phase="restart", elsewhere=["a"])
            stub.results()
            assert flat(stub.results("restart")) == [verdict]


def test_a_crash_leaves_no_results() -> None:
    """A probe that is killed, or has no sound plan, leaves no results file, not even an old one."""
    with pod() as stub:
        stub.hidden("@check('a')\ndef test_a():\n    import signal; os.kill(os.getpid(), signal.SIGKILL)\n")
        stub.plan("a")
        target = stub.folder / "out/results-main.json"
        target.write_text("{}")
        assert stub.run().returncode == -signal.SIGKILL
        assert not target.exists()
        target.write_text("{}")
        (stub.folder / "in/plan-main.json").unlink()
        assert stub.run().returncode == 2
        assert not target.exists()


def test_unsound_plans_are_refused() -> None:
    """A plan of another shape, version or phase, or with a check twice, is refused before anything runs."""
    with pod() as stub:
        path = stub.folder / "in/plan-main.json"
        for broken in (
            {"checks": [{"id": "a"}]},
            {"schema_version": 2},
            {"seed": 1, "new": 1},
            {"ready_deadline_s": 0},
        ):
            stub.plan("a", **broken)
            with pytest.raises(PlanError):
                read_plan(path, "main")
        stub.plan("a", "a")
        with pytest.raises(PlanError, match="twice"):
            read_plan(path, "main")
        stub.plan("a")
        with pytest.raises(PlanError, match="'main'"):
            read_plan(path, "restart")


def test_a_thread_left_behind_does_not_hold_the_probe() -> None:
    """The process ends when the results are written, whatever a check left running."""
    with pod() as stub:
        stub.hidden(
            "import threading\n@check('a')\ndef test_a():\n"
            "    threading.Thread(target=time.sleep, args=(50,)).start()\n"
        )
        stub.plan("a")
        started = time.monotonic()
        assert flat(stub.results()) == [("passed", None)]
        assert time.monotonic() - started < 20


def test_results_are_plain_ascii_json() -> None:
    """Whatever a service sends, the results file is strict ASCII JSON whose texts are printable and bounded."""
    with pod() as stub:
        stub.hidden(
            "@check('a')\ndef test_a(service):\n"
            "    service.post('/x', json='\\x00\\x1b]0;t\\x07\\u202e' * 5000)\n    assert False, '\\x1b[2J' * 900\n"
        )
        stub.plan("a")
        repeat = stub.first()
        raw = (stub.folder / "out/results-main.json").read_bytes()
    assert raw.isascii()
    (exchange,) = repeat["exchanges"]
    assert exchange["truncated"] is True
    for text, limit in ((repeat["message"], 600), (exchange["request"], 2000), (exchange["reply"], 2000)):
        assert text.isprintable()
        assert len(text) <= limit


def test_seeds_are_the_same_everywhere() -> None:
    """A repeat's seed is SHA-256 over run seed, check id and index, and nothing of the machine or the plan's order."""
    digest = hashlib.sha256(b'[123, "crud.visible", "1"]').digest()
    with pod() as stub:
        stub.plan("other", {"id": "crud.visible", "repeats": 2})
        plan = read_plan(stub.folder / "in/plan-main.json", "main")
    assert plan.seed_of(Slot(check=plan.checks[1], index=1)) == int.from_bytes(digest[:8]) >> 1


def test_package_loads_without_the_graders_parts() -> None:
    """The probe's image has httpx, httpcore and pytest alone; nothing else of ours or theirs is loaded."""
    script = (
        "import sys, harness.probe, harness.probe.__main__, harness.probe.metrics\n"
        "print([n for n in ('grader', 'numpy', 'pydantic', 'starlette', 'hypothesis') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
