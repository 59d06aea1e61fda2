"""The walls of the house, read from the source: who imports what, and how large things are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("grader", "harness", "scripts")
FILE_LINES, FUNCTION_LINES = 400, 60
STRANGERS = re.compile(r"tests/repos/|tests/attacks/[^/]+/[^/]+/")
"""What is handed in by strangers, who write as they like."""
LARGE: frozenset[str] = frozenset()
"""Files and functions that are allowed to be larger. Keep it empty."""


@cache
def sources(*tops: str) -> dict[str, ast.Module]:
    """Every Python file below some folders, parsed, by its path."""
    found = {}
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not STRANGERS.match(name):
                found[name] = ast.parse(path.read_text("utf-8"))
    assert found
    return found


def imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, [package if node.level else "", node.module]))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def importers(*tops: str) -> Iterator[tuple[str, str]]:
    """Each file below some folders with each module that it imports."""
    for name, tree in sources(*tops).items():
        for module in imports(tree, name.rpartition("/")[0].replace("/", ".")):
            yield name, module


def within(module: str, *packages: str) -> bool:
    """Whether a module is one of these packages or lies in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def users(wanted: str, *tops: str) -> set[str]:
    """The files that import a package."""
    return {name for name, module in importers(*tops) if within(module, wanted)}


def functions(*tops: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Each function with its file."""
    for name, tree in sources(*tops).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node


def test_the_two_sides_never_import_each_other():
    """What runs inside a pod and what controls it share no code."""
    assert users("grader", "harness") == set()
    assert users("harness", "grader") == set()


@pytest.mark.parametrize("side", ["grader", "harness"])
def test_nothing_of_ours_imports_the_tests(side):
    """Neither tests nor scripts are imported by what is shipped."""
    assert users("tests", side) | users("scripts", side) == set()


JUDGES = ("grader/checks/", "grader/report/", "grader/scoring.py", "grader/scorecard.py", "grader/evidence.py")


def test_judging_and_rendering_know_no_sandbox():
    """Checks, scoring and reports are pure: no sandbox, no engine, no pipeline, no network, no process."""
    walls = ("grader.sandbox", "grader.pipeline", "grader.gather", "grader.fetch", "grader.git", "docker", "subprocess",
             "socket", "httpx", "requests", "threading", "random", "time", "datetime")  # fmt: skip
    bad = [(n, m) for n, m in importers("grader") if n.startswith(JUDGES) and within(m, *walls)]
    assert bad == []


def test_only_two_files_know_docker():
    """The engine's SDK is imported by the sandbox on Docker and the connection to the engine alone."""
    assert users("docker", "grader", "scripts") == {"grader/sandbox/docker.py", "grader/sandbox/engine.py"}
    assert users("docker", "harness") == set()


def test_what_stands_on_the_sandbox_knows_only_its_seam():
    """Gatherers and the pod speak of the sandbox's protocol, never of one of its two implementations."""
    bad = {
        (name, module)
        for name, module in importers("grader")
        if name.startswith(("grader/gather/", "grader/sandbox/pod.py", "grader/sandbox/base.py"))
        and within(module, "grader.sandbox.docker", "grader.sandbox.engine", "grader.sandbox.scripted")
    }
    assert bad == set()
    assert users("grader.sandbox.scripted", "grader") == set()


def test_only_git_runs_git():
    """Git runs in one file; publishing makes repositories of solutions, and the doctor asks for git's version."""
    allowed = {"grader/git.py", "grader/validation/publish.py", "grader/doctor.py"}
    found = set()
    for name, tree in sources("grader", "harness").items():
        words = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        if "git" in words and "subprocess" in set(imports(tree, "")):
            found.add(name)
    assert found <= allowed
    assert "grader/git.py" in found


def test_no_shell_is_ever_asked():
    """Nothing of ours runs a command through a shell, evaluates text, or unpickles."""
    bad = []
    for name, tree in sources(*OURS).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                shell = [k for k in node.keywords if k.arg == "shell" and ast.unparse(k.value) != "False"]
                if shell or called in {"eval", "exec", "os.system", "os.popen", "pickle.loads", "pickle.load"}:
                    bad.append((name, node.lineno, called))
    assert bad == []


def test_files_are_one_idea():
    """No file of ours is longer than 400 lines."""
    long = {
        name: n for name in sources(*OURS) if (n := len((ROOT / name).read_text("utf-8").splitlines())) > FILE_LINES
    }
    assert long.keys() - LARGE == set()


def test_functions_are_read_in_one_breath():
    """No function, of ours or of the tests, is longer than 60 lines."""
    long = {
        f"{name}:{node.name}"
        for name, node in functions(*OURS, "tests/unit", "tests/contract", "tests/engine")
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    }
    assert long - LARGE == set()


def test_every_test_states_its_requirement():
    """Every test has a docstring of one line that ends as a sentence."""
    bad = []
    for name, node in functions("tests"):
        text = ast.get_docstring(node) or ""
        if node.name.startswith("test_") and not name.startswith("tests/challenges/"):
            one_line = text and "\n" not in text.strip() and text.rstrip().endswith(".")
            bad += [] if one_line else [f"{name}:{node.name}"]
    assert bad == []


def test_every_public_name_says_what_it_is():
    """Every public module, class and function of the grader and the harness has a docstring."""
    bad = []
    documented_once = {"grader/sandbox/docker.py", "grader/sandbox/scripted.py"}  # their methods: in base.py
    for name, tree in sources("grader", "harness").items():
        bad += [] if ast.get_docstring(tree) else [name]
        public = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name[0] != "_"]
        inner = [m for n in public if isinstance(n, ast.ClassDef) and name not in documented_once for m in n.body]
        public += [m for m in inner if isinstance(m, ast.FunctionDef) and m.name[0] != "_"]
        bad += [f"{name}:{node.name}" for node in public if not ast.get_docstring(node)]
    assert bad == []


CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def test_every_error_has_a_stable_code():
    """Errors of ours are made with a dotted code that is written out where it is raised."""
    bad = []
    kinds = {"CandidateError", "UsageError", "InfrastructureError", "ChallengeError", "Interrupted"}
    for name, tree in sources("grader").items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in kinds and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and not CODE.fullmatch(str(code.value)):
                    bad.append((name, node.lineno, code.value))
    assert bad == []
