"""The whole probe, as a process: every outcome a repeat can have, and whose fault it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from probe_stubs import Pod, pod

PASSES = "@check('a')\ndef test_a(service):\n    assert service.get('/x').status == 200\n"


@pytest.fixture
def stub() -> Iterator[Pod]:
    """A stub pod around the probe."""
    with pod() as made:
        yield made


def one(stub: Pod, lines: str, arguments: str = "service", **plan: Any) -> dict[str, Any]:
    """The first repeat of check ``a`` whose body is these lines."""
    body = "\n".join("    " + line for line in lines.splitlines())
    stub.hidden(f"@check('a')\ndef test_a({arguments}):\n{body}\n")
    stub.plan({"id": "a"} | plan)
    return stub.first()


def verdict(repeat: dict[str, Any]) -> tuple[str, str | None]:
    """Outcome and blame."""
    return repeat["outcome"], repeat["blame"]


def test_passing_check(stub: Pod) -> None:
    """A check that returns passes, without blame and without exchanges; the file repeats run, nonce and seed."""
    stub.hidden(PASSES)
    stub.plan({"id": "a", "repeats": 3})
    found = stub.results()
    assert {name: found[name] for name in ("run_id", "nonce", "phase", "seed", "schema_version")} == {
        "run_id": "r1",
        "nonce": "ab12",
        "phase": "main",
        "seed": 123,
        "schema_version": 1,
    }
    assert found["ready"]["ok"] is True
    assert found["service_stops"] == []
    (check,) = found["checks"]
    assert [r["index"] for r in check["repeats"]] == [0, 1, 2]
    assert len({r["seed"] for r in check["repeats"]}) == 3
    assert all(verdict(r) == ("passed", None) and r["exchanges"] == [] for r in check["repeats"])


def test_bare_assert_fails_with_pytests_words(stub: Pod) -> None:
    """A bare assert fails the check, in pytest's words, with the exchange that led to it."""
    repeat = one(stub, "assert service.post('/x', json={'q': 1}).status == 404")
    assert verdict(repeat) == ("failed", "candidate")
    assert "assert 200 == 404" in repeat["message"]
    (exchange,) = repeat["exchanges"]
    assert (exchange["method"], exchange["path"], exchange["request"]) == ("POST", "/x", '{"q":1}')
    assert (exchange["status"], exchange["fault"], exchange["truncated"]) == (200, None, False)
    assert '"got": {"q": 1}' in exchange["reply"]
    assert exchange["ms"] > 0


def test_expect_fails_with_both_sides(stub: Pod) -> None:
    """``expect`` gives the report what was promised and what was seen, printable and short."""
    repeat = one(stub, "expect(False, 'the ids in order', seen=['\\x1b[31m', '\\u202eabc', 'x' * 9000])", "")
    assert verdict(repeat) == ("failed", "candidate")
    assert repeat["expected"] == "the ids in order"
    for text in (repeat["seen"], repeat["message"]):
        assert text.isprintable()
        assert len(text) <= 600


def test_reply_of_another_shape_is_the_candidates(stub: Pod) -> None:
    """``at`` blames a reply of another shape on the candidate, where indexing would blame the check."""
    repeat = one(stub, "service.get('/x').at('got', 'results', 0, kind=str)")
    assert verdict(repeat) == ("failed", "candidate")
    assert "'results' in 'got' of the reply's JSON" in repeat["expected"]


BUGS = {
    "{}['results']": "KeyError: 'results' (test_hidden.py line 5)",
    "service.nothing()": "AttributeError",
    "service.get('no-slash')": "ValueError",
    "pytest.skip('no')": "Skipped",
    "pytest.fail('no')": "Failed",
    "raise SystemExit(0)": "SystemExit",
    "return True": "gave a value back",
    "measure('x', float('nan'))": "not a finite number",
    "measure('x', True)": "not a finite number",
    "measure('x', 1); measure('x', 1)": "measured twice",
}


def test_a_checks_own_bug_is_the_challenges(stub: Pod) -> None:
    """Anything else a check does wrong is an error of the challenge, with its place in the hidden file."""
    tests = [f"@check('{n}')\ndef test_{n}(service, measure):\n    {line}\n" for n, line in enumerate(BUGS)]
    stub.hidden("".join(tests))
    stub.plan(*(str(n) for n in range(len(BUGS))))
    found = [check["repeats"][0] for check in stub.results()["checks"]]
    assert [verdict(repeat) for repeat in found] == [("error", "challenge")] * len(BUGS)
    for repeat, says in zip(found, BUGS.values(), strict=True):
        assert says in repeat["message"]


def test_measures_reach_the_results(stub: Pod) -> None:
    """A measure is kept with its interval, count and unit."""
    repeat = one(stub, "measure('p95', 1.5, low=1, high=2, n=30, unit='ms')", "measure")
    assert repeat["measures"] == {"p95": {"value": 1.5, "low": 1.0, "high": 2.0, "n": 30, "unit": "ms"}}


def test_time_spent_waiting_is_the_candidates(stub: Pod) -> None:
    """A check whose seconds ran out waiting for the service fails; by its own work it is the challenge's error."""
    waiting = "while True:\n    service.pause(0.2)\n    service.get('/x')"
    repeat = one(stub, waiting, deadline_s=1)
    assert verdict(repeat) == ("failed", "candidate")
    assert "The check's 1 seconds ran out." in repeat["message"]
    assert verdict(one(stub, "time.sleep(1.2)\nservice.get('/x')", deadline_s=1)) == ("error", "challenge")


LOOPS = (
    "while True: pass",
    "while True:\n        try:\n            time.sleep(9)\n        except Exception: pass",
    "service.many([lambda: time.sleep(99)])",
    "try:\n        while True: pass\n    except BaseException:\n        while True: pass",
)


def test_watchdog_ends_a_loop(stub: Pod) -> None:
    """A check that does not end by itself is ended at twice its deadline, as the challenge's error."""
    stub.hidden("".join(f"@check('{n}')\ndef test_{n}(service):\n    {line}\n" for n, line in enumerate(LOOPS)))
    stub.plan(*({"id": str(n), "deadline_s": 0.3} for n in range(len(LOOPS))))
    for check in stub.results()["checks"]:
        (repeat,) = check["repeats"]
        assert verdict(repeat) == ("error", "challenge")
        assert "did not end within 0.6 s" in repeat["message"]
        assert repeat["seconds"] < 3


def test_broken_hidden_files(stub: Pod) -> None:
    """Import error, missing, double, unplanned, unmarked and ill-shaped tests: errors of the challenge, each said."""
    stub.hidden(PASSES)
    stub.hidden("import no_such_module\n", "test_import.py")
    stub.hidden("@check('twice')\ndef test_1(): pass\n@check('twice')\ndef test_2(): pass\n", "test_twice.py")
    stub.hidden("@check('stray')\ndef test_1(): pass\n@check('other.phase')\ndef test_2(): pass\n", "test_stray.py")
    stub.hidden("def test_unmarked(): pass\n@check('wants')\ndef test_2(tmp_path): pass\n", "test_odd.py")
    stub.hidden("@check('later')\nasync def test_1(): pass\n", "test_async.py")
    stub.plan("a", {"id": "gone", "repeats": 2}, "twice", "wants", "later", elsewhere=["other.phase"])
    checks = {entry["id"]: entry["repeats"] for entry in stub.results()["checks"]}
    assert verdict(checks.pop("a")[0]) == ("passed", None)
    assert list(checks)[:4] == ["gone", "twice", "wants", "later"]
    assert len(checks["gone"]) == 2
    says = {
        "gone": "No module named 'no_such_module'",
        "twice": "2 hidden tests",
        "wants": "asks for tmp_path",
        "later": "never run",
        "stray": "does not name this check",
        "test_odd.py::test_unmarked": "no check id",
        "test_import.py": "no_such_module",
    }
    assert set(checks) == set(says)
    for name, repeats in checks.items():
        assert all(verdict(repeat) == ("error", "challenge") for repeat in repeats), name
        assert says[name] in repeats[0]["message"]


@pytest.mark.parametrize("line", ["raise SystemExit(0)", "def broken(:", "def test_it(): yield"])
def test_a_hidden_file_that_ends_the_process(stub: Pod, line: str) -> None:
    """A hidden file that cannot be loaded, however it fails, still leaves a results file that blames the challenge."""
    stub.hidden(line + "\n")
    stub.plan("a")
    assert verdict(stub.first()) == ("error", "challenge")


def test_pytest_configuration_is_ignored(stub: Pod) -> None:
    """Neither ini files, conftest files nor the environment of pytest change what runs."""
    stub.hidden(PASSES)
    for folder in (stub.folder / "in/hidden", stub.folder / "in"):
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\npython_files = none.py\n")
        (folder / "conftest.py").write_text("raise RuntimeError('loaded')\n")
    stub.plan("a")
    done = stub.run(PYTEST_ADDOPTS="--nonsense -k nothing", PYTEST_PLUGINS="no_such_plugin")
    assert done.returncode == 0, done.stderr
    (check,) = json.loads((stub.folder / "out/results-main.json").read_text())["checks"]
    assert verdict(check["repeats"][0]) == ("passed", None)


def test_exchanges_kept(stub: Pod) -> None:
    """Of a failed repeat the exchanges that failed first and the last three are kept, in order."""
    lines = (
        "service.get('/0')\nfor n in range(1, 4):\n    try: service.get(f'/{n}', deadline_s=1e-6)\n"
        "    except ServiceFault: pass\nfor n in range(4, 9): service.get(f'/{n}')\nassert False"
    )
    kept = one(stub, lines)["exchanges"]
    assert [(e["path"], e["fault"]) for e in kept] == [
        *(("/1", "timeout"), ("/2", "timeout"), ("/3", "timeout")),
        *(("/6", None), ("/7", None), ("/8", None)),
    ]


def test_many_returns_replies_and_faults(stub: Pod) -> None:
    """``many`` keeps the order of its calls, runs them side by side and returns faults in their place."""
    lines = (
        "calls = [('GET', f'/{n}') for n in range(20)] + [('POST', '/p', {'v': 1})]\n"
        "calls.append(lambda: service.get('/late', deadline_s=1e-6))\n"
        "*replies, posted, late = service.many(calls)\n"
        "assert [r.at('path', kind=str) for r in replies] == [f'/{n}' for n in range(20)]\n"
        "assert posted.at('got', 'v', kind=int) == 1\nassert late.kind == 'timeout'"
    )
    repeat = one(stub, lines)
    assert verdict(repeat) == ("passed", None), repeat["message"]


def test_a_call_of_many_that_has_a_bug(stub: Pod) -> None:
    """A bug inside a call of ``many`` is the challenge's; an expectation there fails the check."""
    assert verdict(one(stub, "service.many([lambda: 1 / 0])")) == ("error", "challenge")
    lines = "service.many([lambda: expect(False, 'x')])"
    assert verdict(one(stub, lines)) == ("failed", "candidate")
