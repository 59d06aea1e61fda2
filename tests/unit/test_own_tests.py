"""Own tests: where bugs are seeded, how a suite is run on them, and what that is worth."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pod_stubs import IMAGES
from records import row
from test_scope import graded
from work_records import own_tests, run, work

from grader.checks.own_tests import own_tests_score, wilson
from grader.errors import InfrastructureError
from grader.evidence_work import Survey
from grader.gather.own_tests import gather_own_tests
from grader.gather.suite import Suite
from grader.limits import Limits
from grader.sandbox.scripted import Machine, ScriptedSandbox
from grader.scorecard import State, Status
from grader.scoring import score
from harness.owntests.operators import sites
from harness.owntests.survey import survey

ROOT = Path(__file__).resolve().parents[2]
CODE = '''\
"""Counts."""

import logging

log = logging.getLogger(__name__)


def many(words, known, *, least=1):
    """How many are known."""
    count = 0
    for word in words:
        if word in known and len(word) > least:
            count += 1
    log.info("counted %d", count - 1)
    if not count:
        raise ValueError(f"none of {len(words) - 1}")
    return count - 0 if count >= 2 else -1


if __name__ == "__main__":
    print(many(["a"], {"a"}) - 1)
'''
TESTS = """\
import pytest
from counts import many

def test_many():
    assert many(["aa", "bb", "cc"], {"aa", "bb"}) == 2
    assert many(["aa"], {"aa"}) == -1

def test_none():
    with pytest.raises(ValueError):
        many(["a"], {"a"})
"""


def edited(site, source: bytes) -> bytes:
    """A file with one edit."""
    return source[: site.start] + site.replacement + source[site.end :]


def outcome(source: bytes) -> list[object]:
    """What the sample does, on inputs that reach every line."""
    names: dict = {"__name__": "sample"}
    exec(compile(source, "sample", "exec"), names)  # noqa: S102 - our own sample
    seen = []
    for words, known in (
        (["aa", "bb"], {"aa", "bb"}),
        (["aa"], {"aa"}),
        (["a"], {"a"}),
        ([], set()),
        (["aa", "b"], {"b"}),
    ):
        try:
            seen.append(names["many"](words, known))
        except ValueError as error:
            seen.append(str(error))
    return seen


def test_every_neutral_change_changes_the_text_and_nothing_else():
    """Neutral changes give other bytecode and the same results: a suite that sees them watches the text."""
    source = CODE.encode()
    _, neutral = sites(ast.parse(source), source)
    assert len(neutral) >= 4
    for site in neutral:
        assert edited(site, source) != source
        assert outcome(edited(site, source)) == outcome(source), site


def test_every_bug_is_valid_code_that_differs():
    """Every seeded bug parses and is another program; nearly all of the sample's change a result."""
    source = CODE.encode()
    bugs, _ = sites(ast.parse(source), source)
    plain = ast.dump(ast.parse(source))
    assert all(ast.dump(ast.parse(edited(bug, source))) != plain for bug in bugs)
    changed = sum(outcome(edited(bug, source)) != outcome(source) for bug in bugs)
    assert changed >= 0.7 * len(bugs)


def test_nothing_is_seeded_where_no_test_could_see_it():
    """Log lines, f-strings, entry points and imports are left alone; every kind of bug is seeded elsewhere."""
    bugs, _ = sites(ast.parse(CODE), CODE.encode())
    rows = CODE.splitlines()
    assert not [rows[bug.line - 1] for bug in bugs if re.search(r"log|print|import|__name__", rows[bug.line - 1])]
    assert [bug.operator for bug in bugs if "raise" in rows[bug.line - 1]] == ["drop_raise"]
    assert {bug.operator for bug in bugs} >= {"negate", "boundary", "and_or", "constant", "drop_raise", "drop_change"}


def test_our_own_code_offers_only_valid_changes():
    """Over all of the grader's own source, no change breaks the syntax."""
    bad = []
    for path in sorted((ROOT / "grader").rglob("*.py"))[::4]:
        source = path.read_bytes()
        bugs, neutral = sites(ast.parse(source), source)
        for site in [*bugs, *neutral][::7]:
            try:
                ast.parse(edited(site, source))
            except SyntaxError:
                bad.append((path.name, site.line, site.operator))
    assert bad == []


@pytest.fixture
def tree(tmp_path) -> Path:
    """A small program with tests, kit files, unreadable files and a test that asserts nothing."""
    files = {
        "counts.py": CODE,
        "test_counts.py": TESTS + "\n\ndef test_calls():\n    many(['aa'], {'aa'})\n",
        "tests/helper.py": "def help(): return 1\n",
        "conftest.py": "X = 1\n",
        "broken.py": "def f(:\n",
        "deep.py": "x = " + "(" * 3_000 + "1" + ")" * 3_000 + "\n",
        "kit.py": "def kit(a):\n    return a < 1\n",
        "venv/lib.py": "def lib(a):\n    return a < 1\n",
    }
    for name, text in files.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    (tmp_path / "tree" / "latin.py").write_bytes(b"x = '\xe9'\n")
    return tmp_path / "tree"


def surveyed(tree: Path, seed: int = 1) -> Survey:
    """The survey of a tree, as it crosses the wall."""
    kit = {hashlib.sha256((tree / "kit.py").read_bytes()).hexdigest()} if (tree / "kit.py").exists() else set()
    return Survey.model_validate_json(json.dumps(survey(tree, kit, seed)))


def test_survey(tree):
    """Tests are never seeded, nor is the kit or what was installed; what cannot be read costs itself only."""
    found = surveyed(tree)
    assert [(f.path, f.tests, f.without_assertion) for f in found.test_files] == [("test_counts.py", 3, 1)]
    assert {bug.path for bug in found.bugs} == {"counts.py"}
    assert found.bugs_total == len(found.bugs) > 10
    assert surveyed(tree, 1) == found
    assert surveyed(tree, 2).bugs != found.bugs


def child(tree: Path, *arguments: str) -> dict:
    """What pytest in a process of its own answers, as inside a container."""
    reading, writing = os.pipe()
    command = [sys.executable, str(ROOT / "harness/owntests/child.py"), str(writing), *arguments]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # ours would take seconds to load
    with subprocess.Popen(
        command, cwd=tree, pass_fds=(writing,), stdout=subprocess.DEVNULL, env=environment
    ) as process:
        os.close(writing)
        with os.fdopen(reading) as file:
            text = file.read()
        process.wait(60)
    return json.loads(text)


def test_child_tells_assertions_from_exceptions(tree):
    """A failed assertion and a missing exception are noticed, a mere exception is not; coverage is by line."""
    whole = child(tree, "--coverage", "test_counts.py")
    assert (whole["passed"], whole["failed"], whole["asserted"]) == (3, 0, "")
    raising = next(n for n, text in enumerate(CODE.splitlines(), 1) if "raise ValueError" in text)
    assert raising in whole["reached"]["counts.py"]
    (tree / "counts.py").write_text(CODE.replace("count += 1", "count += 2"))
    assert child(tree, "test_counts.py")["asserted"].startswith("test_counts.py::test_many")
    (tree / "counts.py").write_text(CODE.replace("raise ValueError", "str"))
    assert child(tree, "test_counts.py")["asserted"].startswith("test_counts.py::test_none")
    (tree / "counts.py").write_text(CODE.replace("count = 0", "count = None"))
    stopped = child(tree, "test_counts.py")
    assert (stopped["asserted"], stopped["failed"]) == ("", 3)
    assert "TypeError" in stopped["first"]


def test_child_takes_options_that_need_a_missing_plugin(tree):
    """Options that pytest cannot read are let go of; the tests still run."""
    (tree / "pytest.ini").write_text("[pytest]\naddopts = --no-such-plugin-option\n")
    assert child(tree, "test_counts.py")["passed"] == 3


# --- the trial, on the scripted sandbox ----------------------------------------------------------------

STARTED = b'{"owntests": "started"}\n'


def suite(tree: Path, answer, **limits) -> Suite:
    """A suite whose container is a Python function of the tree's ``counts.py``."""

    def program(machine: Machine) -> int:
        job = json.loads(machine.read("/src/job/job.json"))
        source = machine.read("/src/app/counts.py").decode()
        said = answer(source, job["sites"])
        if said is None:
            machine.say(STARTED)
            return 3
        machine.say(STARTED + json.dumps({"owntests": job["nonce"], "exit": 0, "output": "", **said}).encode() + b"\n")
        return 0

    sandbox = ScriptedSandbox({"suite": program, "carrier": lambda _machine: 0})
    environment = sandbox.volume("env")
    return Suite(
        sandbox=sandbox,
        images=IMAGES,
        limits=Limits(**limits),
        tree=tree,
        environment=environment,
        survey=surveyed(tree),
    )


def said(*, failed: int = 0, asserted: str = "", sites=(), passed: int = 3) -> dict:
    """An answer as the runner prints it; it reached every site."""
    counts = {"passed": passed, "failed": failed, "errors": 0, "skipped": 0, "collected": 3}
    words = {"asserted": asserted, "first": asserted, "runner": "pytest 9"}
    return {"answer": counts | words, "covered": 5, "hit": f"{(1 << len(sites)) - 1:x}"}


def honest(source: str, wanted) -> dict:
    """A suite that looks at results."""
    wrong = outcome(source.encode()) != outcome(CODE.encode())
    return said(failed=int(wrong), asserted="test_many" if wrong else "", sites=wanted)


def test_an_honest_suite_is_measured(tree):
    """Controls stay green, bugs are caught, and no line is drawn twice."""
    found = gather_own_tests(suite(tree, honest), 5)
    assert [control.outcome for control in found.controls] == ["green", "green"]
    lines = [(mutant.path, mutant.line) for mutant in found.mutants]
    assert len(lines) == len(set(lines)) == found.planned >= 5
    assert sum(mutant.outcome == "caught" for mutant in found.mutants) >= 4
    assert own_tests_score(found).caught.value > 0.5


def test_a_suite_that_watches_the_text_ends_the_trial(tree):
    """Red on a neutral change, twice: nothing else is run, and it earns nothing."""
    found = gather_own_tests(suite(tree, lambda source, wanted: said(
        failed=int(source != CODE), asserted="test_digest" if source != CODE else "", sites=wanted)), 5)  # fmt: skip
    assert [control.outcome for control in found.controls] == ["red", "red"]
    assert found.mutants == ()
    scored = own_tests_score(found)
    assert scored.caught is None
    assert "watch the text" in scored.sentence


def test_programs_that_stop_are_no_catch(tree):
    """A suite without assertions that only sees exceptions notices nothing."""
    found = gather_own_tests(
        suite(
            tree,
            lambda source, wanted: said(failed=int(outcome(source.encode()) != outcome(CODE.encode())), sites=wanted),
        ),
        5,
    )
    assert {mutant.outcome for mutant in found.mutants} <= {"stopped", "survived"}
    assert own_tests_score(found).caught.value == 0


def test_no_answer_is_the_submissions(tree):
    """A runner that began and a suite that says nothing: no bug is tried, and the criterion is zero."""
    found = gather_own_tests(suite(tree, lambda _source, _wanted: None), 5)
    assert (found.base.outcome, found.mutants) == ("no_answer", ())
    assert row(score(graded(work=work(own_tests=found))), "tests").points == 0


def test_a_runner_that_never_began_is_ours(tree):
    """Without our runner's own first line there is no verdict but an error of infrastructure."""
    broken = suite(tree, honest)
    broken.sandbox.programs["suite"] = lambda _machine: 1
    with pytest.raises(InfrastructureError, match="test runner did not start"):
        gather_own_tests(broken, 5)


def test_the_budget_ends_the_trial_once_enough_was_tried(tree):
    """With no time left the least number of bugs is still tried, and the evidence says that it was cut short."""
    found = gather_own_tests(suite(tree, honest, own_tests_s=0, own_tests_least_bugs=3), 5)
    assert (found.cut_short, len(found.mutants)) == (True, 3)


def test_no_time_at_all_is_ours(tree):
    """When the hard end comes before a sample was made, it is not assessed: the machine is not the candidate's."""
    with pytest.raises(InfrastructureError, match="There was time for 0 seeded bugs only"):
        gather_own_tests(suite(tree, honest, own_tests_most_s=-1), 5)


def test_answers_of_strangers_are_not_taken(tree):
    """A line without our nonce, a broken line and a line with silly numbers are no answers."""

    def program(machine: Machine) -> int:
        machine.say(STARTED + b'{"owntests": "f00", "answer": {"passed": 9}}\n')
        return 0

    forged = suite(tree, honest)
    forged.sandbox.programs["suite"] = program
    assert gather_own_tests(forged, 5).base.outcome == "no_answer"


# --- what it is worth -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson(hits, n, low, high):
    """Wilson's interval, by published values."""
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"base": None, "test_files": ()}, "There are no tests."),
        ({"base": run("red", passed=9, failed=1, first="test_a: boom")}, "1 of 10 tests or files fail"),
        ({"base": run("no_answer", ended="deadline, exit code 137")}, "gave no answer (deadline"),
        ({"base": run("nothing_ran", passed=0)}, "No test ran to its end"),
        ({"controls": (run("red"), run("red"))}, "watch the text"),
        ({"controls": (run("no_answer"), run("no_answer"))}, "no answer on code that does the same"),
    ],
)
def test_what_says_nothing_earns_nothing(facts, sentence):
    """No tests, red, silent or text-watching suites: zero points, level 0, and the reason."""
    card = score(graded(work=work(own_tests=own_tests(**facts))))
    tests = row(card, "tests")
    assert (tests.points, tests.level) == (0, 0)
    assert sentence in tests.why
    assert next(q for q in card.work.questions if q.id == "own_tests").seen == tests.why


def test_an_unsteady_control_that_is_green_again_counts():
    """One red run of an unsteady test on a neutral change does not end everything."""
    assert own_tests_score(own_tests(controls=(run("red"), run(), run()))).caught is not None


def test_unreached_bugs_are_not_caught():
    """The share is of all bugs: half of the places reached, three quarters of those caught."""
    scored = own_tests_score(own_tests(6, 2, 5))
    assert scored.caught.value == pytest.approx(0.375)
    assert (scored.n, scored.stopped) == (8, 5)
    assert scored.caught.low == pytest.approx(0.5 * wilson(6, 8)[0], abs=1e-4)


def test_a_suite_for_another_runtime_is_not_assessed():
    """For a Node service own tests leave the denominator, whatever they weigh; the grading is whole and says why."""
    card = score(graded(runtime="node", work=work(own_tests=None)))
    tests = row(card, "tests")
    assert (tests.state, tests.points, tests.assessed_weight) == (State.NOT_ASSESSED, None, 0)
    assert "only Python suites are run" in tests.why
    assert (card.status, card.score, card.assessed_weight) == (Status.GRADED, 100.0, 70)
    assert card.work.own_tests_missing == tests.why
    assert not [question for question in card.work.questions if question.id == "own_tests"]
