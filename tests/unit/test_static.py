"""Static analysis as it runs in its container: what a submission does to it never pays."""

from __future__ import annotations

import base64
import hashlib

import pytest
from radon.metrics import h_visit, mi_visit
from radon.raw import analyze

from grader.evidence_code import StaticEvidence
from harness.static.result import prints

pytest_plugins = ["static_fixtures"]
BAD = "import os\n\n\ndef f():\n    try:\n        return 1\n    except:\n        pass\n"


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
        ("large.py", "".join(f"x = {n * 7919 % 99_991}\n" for n in range(110_000))),
    ],
)
def test_what_cannot_be_read_is_counted(analyse, name, content):
    """A file that no analyser gets through is named, counts as unread, and hides nothing beside it."""
    evidence = analyse({name: content, "main.py": BAD})
    assert evidence.unread_share > 0
    assert [entry.path for entry in evidence.left_out] == [name]
    assert "E722" in rules(evidence)


def test_a_long_sum_is_measured(analyse):
    """A deep but harmless expression is measured like any other code."""
    evidence = analyse({"main.py": "def f():\n    return " + " + ".join(["1"] * 1_500) + "\n"})
    assert (evidence.functions_total, evidence.unread_share) == (1, 0)


def test_the_kit_is_nobodys_work(analyse):
    """An unchanged file of the kit is left out and said so; a changed one counts."""
    evidence = analyse({"public/check.py": BAD, "public/changed.py": BAD + "x = 1\n"}, kit=(BAD,))
    assert {finding.path for finding in evidence.findings} == {"public/changed.py"}
    assert [(entry.kind, entry.path) for entry in evidence.left_out] == [("kit", "public/check.py")]
    assert evidence.unread_share == 0


def test_complexity_is_radons(analyse):
    """Functions carry McCabe's number as radon counts it, worst first."""
    branches = "".join(f"    if x == {n}:\n        return {n}\n" for n in range(11))
    evidence = analyse({"main.py": f"def many(x):\n{branches}\n\ndef one():\n    return 1\n"})
    assert [(f.name, f.complexity) for f in evidence.functions] == [("many", 12), ("one", 1)]
    assert 0.8 < evidence.complex_share < 1


def test_the_index_and_halstead_are_radons(analyse):
    """Measures per file are what radon itself says of it, the index over all of them weighted by lines."""
    source = '"""A module."""\n\n\ndef f(a, b):\n    # adds\n    return a + b * a if a else b - 2\n'
    (metrics,) = analyse({"main.py": source}).metrics
    halstead = h_visit(source).total
    assert (metrics.volume, metrics.difficulty) == pytest.approx((halstead.volume, halstead.difficulty))
    assert metrics.maintainability == pytest.approx(mi_visit(source, multi=True))
    assert (metrics.lines, metrics.functions, metrics.complexity) == (analyze(source).sloc, 1, 2)


@pytest.mark.parametrize("name", ["logic.txt", "logic", "logic.dat", "logic.pyi", "data/logic.md"])
def test_python_under_another_name_is_python(analyse, name):
    """What parses as a program and defines or imports something is linted and measured, whatever its name."""
    evidence = analyse({name: BAD, "notes.txt": "import is a word of this note.\n", "main.py": "x = 1\n"})
    assert {f.rule for f in evidence.findings if f.path == name} >= {"F401", "E722"}
    assert (evidence.files, evidence.functions_total) == (2, 1)


def test_a_shebang_tells_the_language(analyse):
    """A file without a suffix is in the language that its first line starts."""
    evidence = analyse({"run": "#!/usr/bin/env python3\nprint(1)\n", "serve": "#!/usr/bin/env node\nlet x = 1;\n"})
    assert evidence.languages == {"python": 1, "javascript": 1}


@pytest.mark.parametrize("name", ["logic.pyc", "pkg/native.so", "__pycache__/gone.cpython-311.pyc", "tool.pyz"])
def test_code_that_nobody_can_read_counts_as_unread(analyse, name):
    """Compiled or packed code takes its share; bytecode beside its source does not."""
    evidence = analyse(
        {name: b"\0code" * 200, "main.py": "x = 1\n" * 200, "__pycache__/main.cpython-311.pyc": b"\0" * 99}
    )
    assert 0.4 < evidence.unread_share < 0.6
    assert [(entry.kind, entry.path) for entry in evidence.left_out] == [("compiled", name)]


def test_generated_code_is_left_out_and_counted(analyse):
    """Twenty thousand lines made by a program are left out with their number; what a person wrote is measured."""
    table = "# Code generated by make_table.py. DO NOT EDIT.\nROWS = [\n" + "".join(
        f"    ({n}, {n * n % 977}, 'row {n}'),\n" for n in range(20_000)
    )
    evidence = analyse({"table.py": table + "]\n", "main.py": BAD})
    (entry,) = evidence.left_out
    assert (entry.kind, entry.path, entry.lines) == ("generated", "table.py", 20_003)
    assert (evidence.files, evidence.unread_share) == (1, 0)


def test_a_marker_hides_nothing(analyse):
    """Code that says that it is generated and does not look so is read all the same, and that is said."""
    hidden = (
        "# @generated by a tool, do not edit\n"
        + BAD
        + "".join(
            f"\n\ndef step_{n}(value, other):\n    if value > {n * 37 % 11}:\n"
            f"        return other.{chr(97 + n)}(value)\n    return {n}\n"
            for n in range(12)
        )
    )
    evidence = analyse({"hidden.py": hidden})
    assert "E722" in rules(evidence)
    assert (len(evidence.notes), evidence.left_out) == (1, ())


def test_a_folders_name_hides_nothing(analyse):
    """Folders of packages are left out file by file, when a package's own record bears them out; others are read."""
    known = "def honest():\n    return 1\n"
    digest = base64.urlsafe_b64encode(hashlib.sha256(known.encode()).digest()).rstrip(b"=").decode()
    evidence = analyse(
        {
            "site-packages/lib/__init__.py": known,
            "site-packages/lib-1.dist-info/RECORD": f"lib/__init__.py,sha256={digest},30\n",
            "site-packages/mine.py": BAD,
            "node_modules/mine/index.js": "export function f() { try { g(); } catch (e) {} }\n",
            "node_modules/real/package.json": '{"name": "real", "version": "1.0.0"}',
            "node_modules/real/index.js": "debugger;\n",
            "vendor/mine.py": BAD,
            "vendor/theirs/LICENSE": "MIT",
            "vendor/theirs/code.py": BAD,
        }
    )
    assert {f.path for f in evidence.findings} == {
        "site-packages/mine.py",
        "node_modules/mine/index.js",
        "vendor/mine.py",
    }
    left = {(entry.kind, entry.path) for entry in evidence.left_out}
    assert left == {("installed", "site-packages/"), ("installed", "node_modules/"), ("vendored", "vendor/theirs/")}


def test_a_file_that_ends_its_reader_costs_itself_alone(analyse):
    """Files after one that no reader survives are still read."""
    deep = "x = " + "(" * 150 + "1" + ")" * 150 + "\n" + "y = " + "[" * 90 + "]" * 90 + "\n"
    evidence = analyse({"a.py": "x = " + "-" * 300_000 + "1\n", "b.py": deep, "c.py": BAD})
    assert "E722" in rules(evidence)
    assert "a.py" in {entry.path for entry in evidence.left_out}


def test_style_is_reported_and_comes_last(analyse):
    """Rules of style have a category of their own, after everything that can cost points."""
    found = analyse({"main.py": "x = dict([(1, 2)])\nif x == None:\n    pass\n" + BAD}).findings
    kinds = [f.category for f in found]
    assert "style" in kinds
    assert kinds == sorted(kinds, key=lambda kind: kind == "style")


def test_error_handling_and_async_have_their_categories(analyse):
    """Swallowed errors, unbounded waits on the network and pitfalls of async code are named as such."""
    source = (
        "import asyncio\nimport time\n\nimport requests\n\n\nasync def f():\n    time.sleep(1)\n"
        "    asyncio.create_task(f())\n    try:\n        return requests.get('https://a.example')\n"
        "    except Exception:\n        pass\n"
    )
    kinds = {f.rule: f.category for f in analyse({"main.py": source}).findings}
    assert {kinds[rule] for rule in ("S113", "BLE001", "S110")} == {"error_handling"}
    assert {kinds[rule] for rule in ("ASYNC251", "RUF006")} == {"async"}


@pytest.mark.parametrize(
    "names",
    [["\udcff\udcfe.py", "main.py"], ["/".join(["d" * 200] * 6) + "/x.py", "main.py"], ["e\u202ex.py", "main.py"]],
    ids=["no text", "too long", "bidi"],
)
def test_a_files_name_cannot_spoil_the_result(analyse, names):
    """Names that are no text, or longer than a record holds, leave a result that can be read."""
    evidence = analyse(dict.fromkeys(names, BAD))
    assert "E722" in {finding.rule for finding in evidence.findings if finding.path == "main.py"}
    assert evidence.files + len(evidence.left_out) == 2


def test_no_number_of_files_spoils_the_result():
    """Fingerprints of more files than a record lists are cut, and so is their number in all."""
    many = [(f"t/{n:05}.txt", "python", [("0a", 1), ("0b", 2)]) for n in range(5_100)]
    assert len(prints(many, 20_000)) == 5_000
    assert sum(len(part["marks"].split()) for part in prints(many, 999)) == 999


def test_a_short_secret_blots_nothing_out(analyse):
    """A secret of a few letters is covered on its own line alone: excerpts stay readable."""
    source = 'import os\npassword = "exc"\n\n\ndef f():\n    try:\n        return 1\n    except:\n        pass\n'
    found = next(f for f in analyse({"main.py": source}).findings if f.rule == "E722")
    assert found.excerpt[found.line - found.excerpt_start] == "    except:"
