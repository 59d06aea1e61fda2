"""Builders of what stands around the code; every call builds the same record."""

from __future__ import annotations

from records import criterion, rubric

from grader.challenge import Challenge
from grader.evidence_work import (
    Decision,
    Document,
    Documents,
    Heading,
    History,
    Mention,
    Mutant,
    OwnTests,
    Statement,
    SuiteRun,
    TestFile,
    WorkEvidence,
)

SCALE = {"measure": "caught", "anchors": [[0.0, 0.0], [0.4, 1.0]]}


def work_rubric(**changes) -> Challenge:
    """The sample rubric with a criterion on own tests and everything that can be declared around the code."""
    made = rubric()
    made["criterion"][1] |= {"weight": 10}
    made["criterion"].append(criterion("tests", 10, "own_tests", scale=SCALE))
    made |= {
        "documents": {
            "criterion": "design",
            "decisions": [2, 3],
            "sections": [
                {"id": "run", "title": "How to run it", "words": ["run"]},
                {"id": "measured", "title": "What was measured", "words": ["measured", "evaluation"]},
            ],
        },
        "claim": [{"name": "recall", "checks": ["quality.recall"], "measure": "recall", "words": ["recall@10"]}],
        "error_handling": {
            "criterion": "design",
            "situation": [
                {"id": "malformed", "title": "Malformed", "checks": ["api.one"], "rules": ["E722"]},
                {"id": "away", "title": "The store is away", "checks": ["api.two"], "dependency": True},
            ],
        },
        "scope": [
            {"id": "ui", "title": "User interface", "kind": "extra", "signs": ["*.html", "import:streamlit"]},
            {"id": "api", "title": "The API", "kind": "asked"},
        ],
    }
    return Challenge.model_validate(made | changes)


def run(outcome: str = "green", **changes) -> SuiteRun:
    """One run of a suite."""
    return SuiteRun(**({"outcome": outcome, "passed": 4, "runner": "pytest 9.0.0", "seconds": 1.0} | changes))


def mutants(caught: int, survived: int, stopped: int = 0) -> tuple[Mutant, ...]:
    """Seeded bugs with these outcomes."""
    outcomes = ["caught"] * caught + ["survived"] * survived + ["stopped"] * stopped
    return tuple(
        Mutant(
            path="app.py", line=n + 1, operator="negate", before="a < b", after="a >= b", outcome=outcome,
            by="tests/test_app.py::test_a" if outcome == "caught" else "", seconds=1.0,
        )
        for n, outcome in enumerate(outcomes)
    )  # fmt: skip


def own_tests(caught: int = 6, survived: int = 2, stopped: int = 0, **changes) -> OwnTests:
    """A suite that reaches half of the places for a bug."""
    fields = {
        "test_files": (TestFile(path="tests/test_app.py", tests=4, without_assertion=1),),
        "test_files_total": 1,
        "source_files": 2,
        "base": run(),
        "lines": 100,
        "covered": 60,
        "sites": 40,
        "sites_reached": 20,
        "sites_total": 40,
        "controls": (run(), run()),
        "mutants": mutants(caught, survived, stopped),
        "planned": caught + survived + stopped,
    }
    return OwnTests(**(fields | changes))


def decision(title: str = "SQLite", **changes) -> Decision:
    """One entry of a decision log."""
    fields = {
        "path": "README.md", "line": 9, "title": title, "text": "Alternative: files.",
        "alternative": "Alternative: files.",
        "reason": "", "trade_off": "", "measurement": "",
        "mentions": (Mention(name="SQLite", kind="library", where="app.py:3"),),
    }  # fmt: skip
    return Decision(**(fields | changes))


def documents(**changes) -> Documents:
    """A README with two decisions and a measured number."""
    fields = {
        "schema_version": 1,
        "files": (Document(path="README.md", words=200),),
        "skipped": (),
        "headings": (
            Heading(path="README.md", line=1, level=1, title="Program", words=190, body=""),
            Heading(path="README.md", line=3, level=2, title="How to run it", words=20, body=""),
            Heading(path="README.md", line=20, level=2, title="What I measured", words=40, body=""),
        ),
        "decisions": (decision(), decision("HTTP")),
        "statements": (Statement(path="README.md", line=21, text="On 30 questions recall@10 is 0.8."),),
        "code_files": 4,
        "imports": {"sqlite3": 1},
        "paths": ("README.md", "app.py", "tests/test_app.py"),
    }
    return Documents(**(fields | changes))


def history(**changes) -> History:
    """Three commits in one session."""
    fields = {
        "commits": 3, "truncated": False, "first": "2026-01-05T09:00:00+00:00", "last": "2026-01-05T11:00:00+00:00",
        "sessions": (), "low_hours": 1.5, "hours": 2.5, "high_hours": 3.0, "backwards": (), "backwards_total": 0,
        "after_commit": 0,
    }  # fmt: skip
    return History(**(fields | changes))


def work(**changes) -> WorkEvidence:
    """All of it."""
    return WorkEvidence(**({"own_tests": own_tests(), "documents": documents(), "history": history()} | changes))
