"""Static analysis as it runs in its container: what a submission does to it never pays."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.evidence import StaticEvidence

ROOT = Path(__file__).resolve().parents[2]
BAD = "import os\n\n\ndef f():\n    try:\n        return 1\n    except:\n        pass\n"


@pytest.fixture
def analyse(tmp_path):
    """Analyse a tree given as {name: text or bytes}; returns the evidence."""

    def run(tree: dict[str, str | bytes], kit: tuple[str, ...] = ()) -> StaticEvidence:
        source, out = tmp_path / "src", tmp_path / "out"
        out.mkdir()
        for name, content in tree.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(content.encode() if isinstance(content, str) else content)
        (tmp_path / "kit.json").write_text(json.dumps([hashlib.sha256(text.encode()).hexdigest() for text in kit]))
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STATIC_SOURCE": str(source),
            "STATIC_OUT": str(out),
            "STATIC_KIT": str(tmp_path / "kit.json"),
            "TMPDIR": str(tmp_path),
        }
        subprocess.run([sys.executable, "-m", "harness.static"], cwd=ROOT, env=environment, check=True)
        return StaticEvidence.model_validate_json((out / "static.json").read_bytes())

    return run


def rules(evidence: StaticEvidence) -> list[str]:
    """The rules found, in order."""
    return [finding.rule for finding in evidence.findings]


def test_findings_carry_the_lines_around_them(analyse):
    """A finding has its file, line, category and an excerpt that holds the line."""
    evidence = analyse({"app/main.py": BAD})
    found = next(f for f in evidence.findings if f.rule == "E722")
    assert (found.path, found.line, found.category) == ("app/main.py", 7, "error_handling")
    assert found.excerpt[found.line - found.excerpt_start] == "    except:"


@pytest.mark.parametrize(
    "extra",
    [
        {"ruff.toml": 'exclude = ["*"]\n'},
        {"pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n'},
        {".gitignore": "*\n"},
        {"app/pyvenv.cfg": "home = /usr\n"},
        {"radon.cfg": "[radon]\nexclude = *\n"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_it_cannot_be_switched_off_by_a_file(analyse, extra):
    """A submission's own settings, ignore files or markers hide nothing."""
    assert {"F401", "E722"} <= set(rules(analyse({"app/main.py": BAD} | extra)))


def test_it_cannot_be_switched_off_by_a_comment(analyse):
    """Suppression comments are not read."""
    assert {"F401", "E722"} <= set(
        rules(analyse({"main.py": "# ruff: noqa\n" + BAD.replace("except:", "except:  # noqa")}))
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.py", "x = " + "-" * 200_000 + "1\n"),
        ("latin.py", b"# -*- coding: latin-1 -*-\nx = '\xe9'\n"),
        ("nul.py", b"x = 1\0\n"),
        ("broken.py", "def f(:\n"),
        ("large.py", "x = 1\n" * 200_000),
    ],
)
def test_what_cannot_be_read_is_counted(analyse, name, content):
    """A file that no analyser gets through is named, counts as unread, and hides nothing beside it."""
    evidence = analyse({name: content, "main.py": BAD})
    assert evidence.unread_share > 0
    assert any(line.startswith(f"{name}:") for line in evidence.skipped)
    assert "E722" in rules(evidence)


def test_a_long_sum_is_measured(analyse):
    """A deep but harmless expression is measured like any other code."""
    evidence = analyse({"main.py": "def f():\n    return " + " + ".join(["1"] * 1_500) + "\n"})
    assert (evidence.functions_total, evidence.unread_share) == (1, 0)


def test_the_kit_is_nobodys_work(analyse):
    """An unchanged file of the kit is left out and said so; a changed one counts."""
    evidence = analyse({"public/check.py": BAD, "public/changed.py": BAD + "x = 1\n"}, kit=(BAD,))
    assert {finding.path for finding in evidence.findings} == {"public/changed.py"}
    assert evidence.skipped == ("public/check.py: unchanged from the challenge's kit",)


def test_complexity_is_radons(analyse):
    """Functions carry McCabe's number as radon counts it, worst first."""
    branches = "".join(f"    if x == {n}:\n        return {n}\n" for n in range(11))
    evidence = analyse({"main.py": f"def many(x):\n{branches}\n\ndef one():\n    return 1\n"})
    assert [(f.name, f.complexity) for f in evidence.functions] == [("many", 12), ("one", 1)]
    assert 0.8 < evidence.complex_share < 1
