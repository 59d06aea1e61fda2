"""The words that reach a candidate: no word that judges a person, no sentence of more than twenty words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.challenge import load_challenge
from grader.cli import app
from grader.report import advice
from grader.wording import LONGEST, challenge_complaints, complaints, shown_to_candidates
from tests.golden.pages import Page
from tests.golden.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[2]
RUBRICS = sorted(
    path.parent for top in ("challenges", "tests/challenges") for path in ROOT.glob(f"{top}/*/challenge.toml")
)
SHOWN = ("candidate.py", "candidate_work.py", "groups.py", "advice.py", "interview.py")
"""Modules of the report whose own sentences a candidate reads; the questions are put to one."""
JUDGED = ("grader/checks/own_tests.py",)
ERRORS = {"CandidateError", "_refused", "_bad_url", "_transport", "malformed"}
"""What makes an error that a candidate reads."""


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("The service answered 500 in 2 of 3 repeats.", 0),
        ("It obviously fails.", 1),
        ("Simply put, just poor work.", 3),
        ("The author should have tested, and failed to.", 2),
        ("A sloppy, suspicious copy; plagiarism, or AI-generated.", 4),
        ("It says “just do it” and calls `simply()` at https://git.example/poor/.", 0),
        ("Recall at 10 is 0.87, below the 0.95 that is stated.", 0),
        (" ".join(["word"] * LONGEST) + ".", 0),
        (" ".join(["word"] * (LONGEST + 1)) + ".", 1),
        ("One two three. " + " ".join(["word"] * LONGEST) + "! Four.", 0),
    ],
)
def test_complaints(text, problems):
    """Each word of the list and each long sentence is one complaint; quotations, code and numbers are none."""
    assert len(list(complaints(text))) == problems


def test_a_quotation_of_the_brief_may_be_long():
    """A sentence that is quoted as it stands in the brief is only held to the word list."""
    assert list(complaints(" ".join(["word"] * 40), quoted=True)) == []
    assert list(complaints("It is obviously so.", quoted=True)) != []


@pytest.mark.parametrize("folder", RUBRICS, ids=lambda folder: folder.name)
def test_rubrics(folder):
    """Every text of every rubric that candidates are shown, and the brief's words."""
    assert list(challenge_complaints(load_challenge(folder.name, folder.parent).challenge)) == []
    brief = folder / "brief.md"
    assert not brief.exists() or list(complaints(brief.read_text("utf-8"), quoted=True)) == []


def test_check_names_the_place(tmp_path):
    """`grader check` says which text of a rubric is wrong, and ends with the exit code of a broken challenge."""
    folder = tmp_path / "echo"
    folder.mkdir()
    text = (ROOT / "tests" / "challenges" / "echo" / "challenge.toml").read_text("utf-8")
    folder.joinpath("challenge.toml").write_text(text.replace("What the linter found.", "Poor code, simply."))
    done = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert done.exit_code == 4
    assert "criterion lint candidate_text says 'Poor'" in done.output
    assert "criterion lint candidate_text says 'simply'" in done.output


def test_what_candidates_are_shown_is_all_there():
    """Titles, what is asked, texts, anchors, groups, gates, scope and sections: nothing that is shown is left out."""
    places = [place.split() for place, _ in shown_to_candidates(load_challenge("semantic-search").challenge)]
    kinds = {(place[0], *place[2:3]) for place in places}
    assert kinds == {
        ("title",), ("criterion", "title"), ("criterion", "asks"), ("criterion", "candidate_text"),
        ("criterion", "anchor"), ("group", "title"), ("group", "candidate_text"), ("gate", "because"),
        ("scope", "title"), ("section", "title"),
    }  # fmt: skip


def texts(tree: ast.AST) -> Iterator[str]:
    """Literal sentences of a module, docstrings left out; what is put in counts as one word."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if id(node) in documented or id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            yield joined(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def joined(node: ast.JoinedStr) -> str:
    """An f-string with one word for each value."""
    return "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)


@pytest.mark.parametrize("path", [*(f"grader/report/{name}" for name in SHOWN), *JUDGED])
def test_sentences_of_the_edition(path):
    """Every sentence that the candidate's edition is made of."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = [text for text in texts(tree) if " " in text]
    assert len(found) > 3
    assert [(text, problem) for text in found for problem in complaints(text)] == []


def test_sentences_of_the_templates():
    """Every sentence of the page itself."""
    for name in ("candidate.html.j2", "layout.html.j2"):
        source = (ROOT / "reports" / "templates" / name).read_text("utf-8")
        bare = re.sub(r"\{%.*?%\}", "\n\n", re.sub(r"\{\{.*?\}\}", "X", source))
        assert list(complaints(re.sub(r"<[^>]+>", "\n\n", bare))) == []


def test_errors_that_a_candidate_reads():
    """What happened and what to do next, of every error whose blame is the candidate's."""
    read, problems = 0, []
    for path in sorted((ROOT / "grader").rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name not in ERRORS:
                continue
            for text in texts(ast.Module(body=[ast.Expr(call), ast.Pass()], type_ignores=[])):
                read += 1
                problems += [f"{path.name}:{call.lineno} {problem}" for problem in complaints(text)]
    assert read > 100
    assert problems == []


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_whole_pages(name):
    """The candidate's page as it is read holds none of the words, whatever it was put together from."""
    from grader.report import render_candidate  # noqa: PLC0415 - one user

    assert list(complaints(Page(render_candidate(SAMPLES[name]())).text, quoted=True)) == []


def test_advice_has_two_sentences_for_every_rule():
    """Every rule in the tables says why it matters and what would mend it."""
    for table in (advice._RULES, advice._FAMILIES, advice._SCRIPTS):
        assert all(why and fix for why, fix in table.values())
