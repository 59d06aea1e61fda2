"""The challenge "semantic-search" adds up: rubric, brief, hidden checks, starter, public checks, solutions."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import snowballstemmer

from grader.challenge import CHALLENGES, Source, load_challenge
from grader.limits import Limits
from grader.runtimes import runtime_of
from grader.submission import read_manifest
from grader.validation.ladder import expected, lay_out, solutions

ROOT = CHALLENGES / "semantic-search"
FOLDER = load_challenge("semantic-search")
CHALLENGE = FOLDER.challenge
SOLUTIONS = tuple(solutions(FOLDER))
WITHOUT_FILES = {"empty", "starter"}
REFERENCE_LINES = 1_200
BRIEF_WORDS = 1_000
SHARED_RUN = 30
SHORT_PINNED = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9._]+$")
BANNED = re.compile(
    r"\b(obviously|simply|just|poor|sloppy|plagiar\w*|suspicious|should have|failed to|culture fit)\b", re.IGNORECASE
)
HOST = re.compile(r"https?://(?!127\.0\.0\.1|\{|[a-z]+[/{])\S*|\b[a-z0-9-]+\.(?:com|org|net|io|dev)\b", re.IGNORECASE)


def squeezed(text: str) -> str:
    """A text with its white space made alike."""
    return " ".join(text.split())


def hidden_tests() -> list[tuple[str, str, str]]:
    """Check id, function and docstring of every hidden test function."""
    found = []
    for path in sorted(ROOT.glob("hidden/test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                marks = [
                    decorator.args[0].value
                    for decorator in node.decorator_list
                    if isinstance(decorator, ast.Call)
                    and isinstance(decorator.func, ast.Name)
                    and decorator.func.id == "check"
                    and isinstance(decorator.args[0], ast.Constant)
                ]
                found.append(
                    (marks[0] if len(marks) == 1 else "", f"{path.name}:{node.name}", ast.get_docstring(node) or "")
                )
    return found


def literals(path: Path) -> list[str]:
    """Every string of a Python file besides docstrings, f-strings by their fixed parts."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]


def runs(text: str, size: int) -> set[str]:
    """All runs of ``size`` characters."""
    return {text[start : start + size] for start in range(len(text) - size + 1)}


def test_weights_and_minutes_add_up():
    """One hundred points in at most four hours, 75 of them decided by the harness."""
    assert sum(c.weight for c in CHALLENGE.criteria) == 100
    assert sum(c.minutes for c in CHALLENGE.criteria) == 240
    assert sum(c.weight for c in CHALLENGE.criteria if c.source is not Source.REVIEW) == 75


def test_check_weights_read_as_points():
    """The weights of a criterion's checks sum to the criterion's weight."""
    sums: defaultdict[str, float] = defaultdict(float)
    for check in CHALLENGE.checks:
        sums[check.criterion] += check.weight
    assert sums == {c.id: pytest.approx(c.weight) for c in CHALLENGE.criteria if c.source is Source.CHECKS}


def test_every_check_has_one_hidden_test():
    """Ids of the rubric and of the hidden files are the same, each once."""
    counted = Counter(check_id for check_id, _, _ in hidden_tests())
    assert counted == Counter(check.id for check in CHALLENGE.checks)


def test_every_hidden_test_says_what_it_asks():
    """Each hidden test has a docstring."""
    assert [name for _, name, documentation in hidden_tests() if not documentation] == []


def test_every_check_stands_on_a_sentence_of_the_brief():
    """No check asks for what the candidate was not told."""
    brief = squeezed((ROOT / "brief.md").read_text("utf-8"))
    assert [check.id for check in CHALLENGE.checks if squeezed(check.brief) not in brief] == []


def test_criteria_ask_in_the_words_of_the_brief():
    """What a criterion asks for can be quoted from the brief."""
    brief = squeezed((ROOT / "brief.md").read_text("utf-8"))
    assert [c.id for c in CHALLENGE.criteria if squeezed(c.asks) not in brief] == []


def test_brief_states_weights_and_minutes():
    """The table of the brief has one row per criterion with the rubric's numbers, in the same order."""
    rows = re.findall(r"\| (\d+) \| (\d+) \|$", (ROOT / "brief.md").read_text("utf-8"), re.MULTILINE)
    assert [(int(weight), int(minutes)) for weight, minutes in rows] == [
        (c.weight, c.minutes) for c in CHALLENGE.criteria
    ]


def test_brief_states_the_caps():
    """Every gate's cap and reason stand in the brief."""
    brief = squeezed((ROOT / "brief.md").read_text("utf-8"))
    for gate in CHALLENGE.gates:
        assert f"{gate.because.split(' while ')[0]}, {gate.cap:g}" in brief


def test_brief_fits_on_two_pages():
    """At most a thousand words."""
    words = [word for word in (ROOT / "brief.md").read_text("utf-8").split() if re.search(r"\w", word)]
    assert len(words) <= BRIEF_WORDS


def test_groups_are_large_enough_to_be_shown():
    """No group has fewer than three checks, or the candidate edition would merge it."""
    assert min(Counter(check.group for check in CHALLENGE.checks).values()) >= 3


def test_checks_fit_into_their_phases():
    """A group's checks run in one phase, so that the order of the rubric is the order of the run."""
    phases: defaultdict[str, set[str]] = defaultdict(set)
    for check in CHALLENGE.checks:
        phases[check.group].add(check.phase)
    assert {group: len(found) for group, found in phases.items() if len(found) > 1} == {}


def test_wording():
    """What candidates read keeps to the wording rules."""
    texts = [(ROOT / "brief.md").read_text("utf-8"), *(g.candidate_text for g in CHALLENGE.groups)]
    texts += [text for c in CHALLENGE.criteria for text in (c.title, c.asks, c.candidate_text, *c.anchors)]
    texts += [text for check in CHALLENGE.checks for text in (check.title, check.brief)]
    assert [found.group() for text in texts for found in BANNED.finditer(text)] == []


def test_hidden_texts_are_not_published():
    """No 30 characters of a string in the hidden checks stand in the brief, the starter or the public checks."""
    public = [ROOT / "brief.md", *ROOT.glob("starter/**/*"), *ROOT.glob("public/*"), *ROOT.glob("public/data/*")]
    published = squeezed(
        "\n".join(path.read_text("utf-8") for path in public if path.is_file() and path.suffix != ".pyc")
    )
    known = runs(published, SHARED_RUN)
    shared = [
        run
        for path in ROOT.glob("hidden/*.py")
        for text in literals(path)
        for run in sorted(runs(squeezed(text), SHARED_RUN) & known)[:1]
    ]
    assert shared == []


def test_questions_by_meaning_share_no_stem():
    """The check on recovery can't be passed by words: its questions share no stem with any planted document."""
    source = ast.parse((ROOT / "hidden" / "topics.py").read_text("utf-8"))
    tables = {node.target.id: ast.literal_eval(node.value) for node in source.body if isinstance(node, ast.AnnAssign)}
    stemmer = snowballstemmer.stemmer("english")

    def stems(text: str) -> set[str]:
        return set(stemmer.stemWords(re.findall(r"\w+", text.lower())))

    planted = [" ".join(row) for row in tables["TOPICS"]] + [" ".join(row[:2]) for row in tables["BY_MEANING"]]
    known = set().union(*(stems(text) for text in planted))
    assert {question: shared for *_, question in tables["BY_MEANING"] if (shared := stems(question) & known)} == {}


def test_solutions_state_what_they_expect():
    """Each solution names what it loses and why in ids that exist, and no score above its gates' caps."""
    assert sorted(path.name for path in (ROOT / "solutions").iterdir()) == sorted(SOLUTIONS)
    names = {c.id for c in CHALLENGE.checks} | {c.id for c in CHALLENGE.criteria}
    gates = {g.id for g in CHALLENGE.gates}
    for name in SOLUTIONS:
        wanted = expected(FOLDER, name)
        assert 0 <= wanted.score[0] <= wanted.score[1] <= 100, name
        assert set(wanted.failing) <= names, name
        assert set(wanted.gates) <= gates, name
        caps = [g.cap for g in CHALLENGE.gates if g.id in wanted.gates]
        assert wanted.score[1] <= min(caps, default=100), name


@pytest.mark.parametrize(("name", "pattern"), [("reference", "*.py"), ("reference-node", "*.js")])
def test_a_reference_fits_into_four_hours(name, pattern):
    """A reference solution, tests included, is of a size that four hours hold: at most 1,200 lines of code."""
    files = [*(ROOT / "solutions" / name).rglob(pattern)]
    assert files
    assert sum(len(path.read_text("utf-8").splitlines()) for path in files) <= REFERENCE_LINES


@pytest.mark.parametrize("name", [name for name in SOLUTIONS if name not in WITHOUT_FILES])
def test_solutions_are_whole_repositories(name, tmp_path):
    """Each, laid out as it is handed in, has a manifest that the grader reads, pinned requirements and a README."""
    folder = lay_out(FOLDER, name, tmp_path / "tree")
    manifest = read_manifest(folder)
    assert manifest.challenge == "semantic-search"
    assert (folder / "README.md").is_file()
    assert runtime_of(folder, manifest).read(folder, Limits()).requirements is not None
    pinned = folder / "requirements.txt"
    lines = (
        [line for line in pinned.read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
        if pinned.is_file()
        else []
    )
    assert [line for line in lines if not SHORT_PINNED.match(line)] == []


@pytest.mark.parametrize("name", sorted(WITHOUT_FILES))
def test_solutions_that_stand_elsewhere(name):
    """The untouched starter and the empty repository are not copied."""
    assert [path.name for path in (ROOT / "solutions" / name).iterdir()] == ["expected.toml"]


def test_starter_has_a_manifest_and_pinned_requirements():
    """The starter's manifest is one that the grader reads."""
    manifest = read_manifest(ROOT / "starter")
    assert manifest.challenge == "semantic-search"
    assert manifest.service.command[0] == "python"
    lines = (ROOT / "starter" / "requirements.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not SHORT_PINNED.match(line)] == []


def test_no_outside_hosts():
    """Nothing points outside: no URL besides the local one, no host name."""
    files = [
        p
        for p in ROOT.rglob("*")
        if p.suffix in {".md", ".py", ".toml", ".txt", ".js", ".json"} and "data" not in p.parts
    ]
    found = {str(p.relative_to(ROOT)): HOST.findall(p.read_text("utf-8")) for p in files}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_public_checks_tell_right_from_wrong(tmp_path):
    """One command starts a service beside the practice gateway, reports each check, and fails for a wrong service."""
    shutil.copytree(ROOT / "solutions" / "cheat-canned", tmp_path / "repo")
    shutil.copytree(ROOT / "public", tmp_path / "repo" / "public")
    command = [sys.executable, "public/check.py", "--start"]
    result = subprocess.run(command, cwd=tmp_path / "repo", capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 1
    assert "FAILED  A stored document is read and found at once" in result.stdout
    assert "of 9 passed" in result.stdout
    assert "Recall at 10 on the public sample" in result.stdout
