"""Documents: what is found in them, what stands beside it, and which questions it raises."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import checks, evidence, failure, measured, static
from test_scope import graded, manifest
from work_records import decision, documents, own_tests, work, work_rubric

from grader.challenge_work import WantedSection
from grader.checks.documents import sections, stated_number
from grader.evidence_work import Documents, Heading, Mention, Statement
from grader.scoring import score
from harness.documents.decisions import entries
from harness.documents.markdown import blocks

ROOT = Path(__file__).resolve().parents[2]
README = """\
# Search

## How to run it

    python -m app

## Decisions

1. **SQLite, not files.** Alternative: Redis. Rows are read by `Store.get`, because a file is read whole. It costs
   one dependency, and 3 ms a write.
2. **Retries in `app/client.py`.** Rather than a queue.

   A second paragraph names `no_such()` and `app/missing.py`.

## What I measured

Recall@10 was .84 on 30 questions. Version 2.1 is slower.

| metric | value |
|---|---|
| recall at ten | 0.9 |
"""


@pytest.fixture
def read(tmp_path):
    """Read a tree's documents as the container does; gives the evidence."""

    def run(tree: dict[str, str], kit: tuple[str, ...] = ()) -> Documents:
        source, out = tmp_path / "src", tmp_path / "out"
        out.mkdir()
        for name, text in tree.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text, "utf-8")
        (tmp_path / "kit.json").write_text(json.dumps(list(kit)))
        environment = os.environ | {
            "DOCUMENTS_SOURCE": str(source),
            "DOCUMENTS_OUT": str(out),
            "DOCUMENTS_KIT": str(tmp_path / "kit.json"),
        }
        subprocess.run([sys.executable, "-m", "harness.documents"], cwd=ROOT, env=environment, check=True)
        return Documents.model_validate_json((out / "documents.json").read_bytes())

    return run


def test_a_readme_is_taken_apart(read):
    """Headings with their words, decisions with their parts, names with their places, sentences with numbers."""
    code = "import sqlite3\n\n\nclass Store:\n    def get(self, key):\n        return key\n"
    found = read({"README.md": README, "app/store.py": code, "app/client.py": "import httpx\n"})
    assert [heading.title for heading in found.headings] == ["Search", "How to run it", "Decisions", "What I measured"]
    first, second = found.decisions
    assert (first.title, first.alternative, first.measurement) == (
        "SQLite, not files.", "Alternative: Redis.", "It costs one dependency, and 3 ms a write.",
    )  # fmt: skip
    assert "because a file is read whole" in first.reason
    assert {m.name: (m.kind, m.where) for m in first.mentions} == {
        "Store.get": ("definition", "app/store.py:5"),
        "SQLite": ("library", "app/store.py:1"),
    }
    assert {m.name: m.kind for m in second.mentions} == {
        "app/client.py": "file", "no_such()": "absent", "app/missing.py": "absent",
    }  # fmt: skip
    assert "Recall@10 was .84 on 30 questions." in [said.text for said in found.statements]
    assert found.imports == {"sqlite3": 1, "httpx": 1}


def test_logs_in_their_own_files(read):
    """A decision log by name is read whole; docs/ is read; the kit's own README is not the candidate's."""
    adr = "# Use a queue\n\nWe considered threads. Because writes are slow.\n"
    kit = hashlib.sha256(b"# Starter\n").hexdigest()
    found = read(
        {
            "README.md": "# Starter\n",
            "DECISIONS.md": "# Log\n\n## Postgres\n\nInstead of SQLite.\n\n## HTTP\n\nNo choice.\n",
            "docs/adr/001-queue.md": adr,
            "src/notes.md": "# Decisions\n\n- not here\n",
        },
        (kit,),
    )
    assert [(entry.path, entry.title) for entry in found.decisions] == [
        ("DECISIONS.md", "Postgres"), ("DECISIONS.md", "HTTP"), ("docs/adr/001-queue.md", "Use a queue"),
    ]  # fmt: skip
    assert found.skipped == ("README.md: unchanged from the challenge's kit",)


def test_hostile_documents_end_in_time(read):
    """Deep nesting, endless emphasis and a megabyte of text are read up to the caps, or left out and named."""
    found = read(
        {
            "README.md": "# R\n\n" + "> " * 3_000 + "deep\n\n" + "*" * 50_000 + "\n\n" + "[" * 20_000,
            "docs/long.md": "# Decisions\n\n" + "- a choice of 1 over 2, because\n" * 40_000,
            "docs/names.md": "# " + "x" * 5_000 + "\n\n" + "1 " * 9_000,
            "docs/zero.md": "# \x00\x1b[31m\u202e 1\n",
        }
    )
    assert len(found.decisions) <= 40
    assert {file.path for file in found.files} | {note.split(":")[0] for note in found.skipped} >= {
        "README.md",
        "docs/long.md",
    }


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_taken_apart(text):
    """No text at all stops the reader."""
    for entry in entries("DECISIONS.md", list(blocks("# Decisions\n\n" + text))):
        assert len(json.dumps(entry.row())) < 20_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("recall@10 = 0.84", 0.84),
        ("Our recall@10 is 84 % on 30 questions", 0.84),
        ("Recall@10 of .9", 0.9),
        ("On 30 questions recall@10 came to 1.0 at last", 1.0),
        ("precall@10 = 0.84", None),
        ("recall@100 = 0.84", None),
        ("We want a good recall@10.", None),
        ("recall@10, as is well known from a great many papers on search, may be 0.9", None),
        ("0.84 is our recall@10", None),
    ],
)
def test_numbers_in_prose(text, value):
    """A claim is the number that closely follows the metric's name, in the same sentence."""
    assert stated_number(text, ("recall@10",)) == value


def test_sections_are_matched_by_their_headings():
    """A wanted section is found by any of its words, in the fullest heading of the README."""
    headings = (
        Heading(path="docs/a.md", line=1, level=2, title="Running it elsewhere", words=90, body=""),
        Heading(path="README.md", line=5, level=2, title="Run", words=9, body=""),
        Heading(path="README.md", line=9, level=2, title="Prune", words=9, body=""),
    )
    wanted = (
        WantedSection(id="run", title="How to run it", words=("run",)),
        WantedSection(id="x", title="X", words=("xyz",)),
    )
    run, absent = sections(wanted, documents(headings=headings))
    assert (run.where, run.heading, run.words) == ("README.md:5", "Run", 9)
    assert (absent.where, absent.words) == ("", 0)


@pytest.mark.parametrize(
    ("stated", "stands"), [(0.8, "inside"), (0.81, "above"), (0.79, "below")]
)  # the measure is .8, without an interval or tolerance
def test_claims_stand_beside_the_measure(stated, stands):
    """Manifest and README are both asked, and both stand beside what the check measured."""
    card = score(graded({"quality.recall": measured(0.8)}, manifest=manifest(claims={"recall": stated, "speed": 3})))
    assert [(c.name, c.where, c.stated, c.stands) for c in card.work.claims] == [
        ("recall", "takehome.toml", stated, stands),
        ("speed", "takehome.toml", 3, "not_measured"),
        ("recall", "README.md:21", 0.8, "inside"),
    ]
    assert ("claim_differs" in {q.id for q in card.work.questions}) is (stands != "inside")


def asked(card) -> dict:
    """The questions by id."""
    return {question.id: question for question in card.work.questions}


def test_a_good_submission_raises_no_question():
    """Nothing is asked only for the sake of asking."""
    plain = graded(work=work(own_tests=own_tests(8, 0)), manifest=manifest())
    assert asked(score(plain)) == {}


FLAGS = [
    ("no_evaluation", {"statements": (), "headings": ()}, {}),
    ("claim_unexplained", {"statements": (), "headings": ()}, {"claims": {"recall": 0.8}}),
    ("one_framework", {"imports": {"langchain": 3}}, {}),
    ("decision_log", {"decisions": (decision(),)}, {}),
    ("decision_log", {"decisions": (decision(alternative=""), decision(alternative=""))}, {}),
    (
        "decision_absent",
        {"decisions": (decision(mentions=(Mention(name="Kafka", kind="absent", where=""),)), decision())},
        {},
    ),
]


@pytest.mark.parametrize(("flag", "facts", "said"), FLAGS)
def test_each_red_flag_is_a_question(flag, facts, said):
    """Each has what was seen, an ordinary explanation, minutes, a criterion of the rubric, and evidence; no points."""
    own = work(own_tests=own_tests(8, 0), documents=documents(**facts))
    card = score(graded(work=own, manifest=manifest(**said)))
    question = asked(card)[flag]
    assert question.seen.endswith(".")
    assert question.ordinary.endswith(".")
    assert question.ask.endswith("?")
    assert question.minutes > 0
    assert question.criterion in {criterion.id for criterion in card.criteria}
    assert question.evidence
    assert card.criteria == score(graded(work=work(own_tests=own_tests(8, 0)), manifest=manifest())).criteria


@pytest.mark.parametrize(
    "facts",
    [
        {"paths": ("eval/run.py",)},
        {"headings": (Heading(path="R", line=1, level=2, title="Evaluation", words=40, body=""),)},
        {"statements": (Statement(path="R", line=1, text="recall@10 is 0.8 on 30 questions"),)},
    ],
)
def test_an_evaluation_anywhere_is_an_evaluation(facts):
    """A file, a section or a number each answer the question whether the results were evaluated."""
    bare = {"statements": (), "headings": (), "paths": ()}
    card = score(graded(work=work(documents=documents(**(bare | facts)))))
    assert "no_evaluation" not in asked(card)


def test_both_sides_of_error_handling():
    """What checks saw and what the linter reads stand beside each other, and are no points of their own."""
    finding = {"path": "app.py", "line": 3, "rule": "E722", "category": "error_handling", "message": "bare except"}
    other = finding | {"rule": "F401", "category": "correctness"}
    own = static(findings=(other, finding), findings_total=2, by_category={"error_handling": 1})
    card = score(graded({"api.one": ["passed", "failed", "passed"], "api.two": ["failed"]}, static=own))
    malformed, away = card.work.situations
    assert (malformed.passed, malformed.total, malformed.finding_ids) == (0, 1, ("finding-2",))
    assert [seen.state for seen in away.checks] == ["failed"]
    assert asked(card)["no_fallback"].evidence == ("check-api.two",)
    assert "errors" in next(c.evidence for c in card.criteria if c.id == "design")
    without = score(graded({"api.one": ["passed", "failed", "passed"], "api.two": ["failed"]}, static=own, work=None))
    assert [c.points for c in card.criteria if c.id != "tests"] == [
        c.points for c in without.criteria if c.id != "tests"
    ]


def test_what_could_not_be_read_is_said():
    """A reader of ours that failed leaves a sentence in its place and no question in the candidate's name."""
    own = work(documents=None, own_tests=own_tests(8, 0))
    trouble = failure("infrastructure", "documents")
    card = score(evidence(None, work_rubric(), work=own, work_failures=(trouble,)))
    assert card.work.documents_missing == trouble.message
    assert asked(card) == {}
    assert checks(card)["api.one"].share == 1
