"""A grading's folder: whole or absent, never written over; and what the command line tells of it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from records import BROKEN, LOST, evidence, failure, static
from rich.console import Console
from typer.testing import CliRunner

from grader import results
from grader.cli import app
from grader.console import ConsoleProgress, exit_code, show_error, show_gradings, summary
from grader.errors import CandidateError, InfrastructureError, UsageError
from grader.evidence import Evidence, Log, StaticOutcome
from grader.scorecard import Scorecard
from grader.scoring import score
from grader.submission import Submission

pytest_plugins = ["disk_fixtures"]
LOG = Log(head="one\n", tail="two\n", bytes=900, truncated=True)


def write(out: Path, **changes) -> tuple[Evidence, Scorecard]:
    """Write the sample grading."""
    own = evidence(**changes)
    card = score(own)
    results.write(out, own, card, {"service": LOG, "install": None})
    return own, card


def names(folder: Path) -> list[str]:
    """Everything below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# --- the folder ----------------------------------------------------------------------------------


def test_a_grading_is_a_folder_of_four(tmp_path):
    """Evidence, scorecard, report and logs stand in the folder, readable by all, and nothing beside it."""
    own, card = write(tmp_path / "deep" / "out")
    assert names(tmp_path / "deep") == [
        "out",
        "out/evidence.json",
        "out/logs",
        "out/logs/service.txt",
        "out/report.html",
        "out/scorecard.json",
    ]
    assert Evidence.load(tmp_path / "deep" / "out" / results.EVIDENCE) == own
    assert Scorecard.load(tmp_path / "deep" / "out" / results.SCORECARD) == card
    assert "900 bytes in all" in (tmp_path / "deep" / "out" / "logs" / "service.txt").read_text("utf-8")
    assert (tmp_path / "deep" / "out").stat().st_mode & 0o777 == 0o755


def test_a_full_disk_leaves_no_folder(small_disk):
    """When the disk fills up while a grading is written, nothing of it stays, and the error says why."""
    with pytest.raises(InfrastructureError) as caught:
        write(small_disk / "out")
    assert caught.value.code == "disk.full"
    assert names(small_disk) == []


def test_a_small_disk_is_refused_before_the_work(small_disk):
    """Without room for a grading nothing is begun."""
    with pytest.raises(InfrastructureError) as caught:
        results.prepare(small_disk / "out")
    assert caught.value.code == "disk.full"


def test_gradings_are_never_written_over(tmp_path):
    """A folder with anything in it, or a file in its place, is refused before the work and at its end."""
    (tmp_path / "out").mkdir()
    results.prepare(tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    (tmp_path / "file").touch()
    for place in ("out", "file"):
        with pytest.raises(UsageError) as caught:
            results.prepare(tmp_path / place)
        assert (caught.value.code, caught.value.exit_code) == ("out.in_use", 2)
        with pytest.raises(InfrastructureError) as late:
            write(tmp_path / place)
        assert late.value.code == "disk.write"
    assert names(tmp_path) == ["file", "out", "out/notes.txt"]


def test_a_place_that_cannot_be_is_refused_early(tmp_path):
    """A folder below a file is a clear error of the disk."""
    (tmp_path / "file").touch()
    with pytest.raises(InfrastructureError) as caught:
        results.prepare(tmp_path / "file" / "deep" / "out")
    assert caught.value.code == "disk.write"


def test_the_current_folder_and_a_mount_are_refused_early(small_disk, monkeypatch):
    """A folder that cannot be replaced by another is refused before the work, not after it."""
    with pytest.raises(UsageError, match="mount point"):
        results.prepare(small_disk)
    (small_disk.parent / "here").mkdir()
    monkeypatch.chdir(small_disk.parent / "here")
    with pytest.raises(UsageError, match="the current folder"):
        results.prepare(Path())


def test_an_empty_folder_may_be_named_in_any_way(tmp_path, monkeypatch):
    """An empty folder, a link to one and a relative path are taken as what they are."""
    for name in ("empty", "linked", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "linked", target_is_directory=True)
    monkeypatch.chdir(tmp_path / "here")
    for out in (tmp_path / "empty", tmp_path / "link", Path("../new")):
        results.prepare(out)
        write(out)
    found = [p.parent.name for p in tmp_path.rglob("report.html")]
    assert sorted(found) == ["empty", "linked", "new"]


# --- again, from what was saved ------------------------------------------------------------------


def test_score_and_report_again_give_the_same_bytes(tmp_path):
    """The saved evidence is scored and rendered again without an engine, to the same bytes."""
    write(tmp_path / "out", verdicts={"api.two": ["failed"]})
    kept = {name: (tmp_path / "out" / name).read_bytes() for name in (results.SCORECARD, results.REPORT)}
    for name in kept:
        (tmp_path / "out" / name).unlink()
    for command in ("score", "report"):
        assert CliRunner().invoke(app, [command, str(tmp_path / "out")]).exit_code == 0
    assert {name: (tmp_path / "out" / name).read_bytes() for name in kept} == kept


def test_a_folder_without_a_grading_is_a_usage_error(tmp_path):
    """Scoring or rendering what is not there, or a file of it, says which folder to name."""
    write(tmp_path / "out")
    for command in ("score", "report"):
        for place in ("none", "out/evidence.json"):
            found = CliRunner().invoke(app, [command, str(tmp_path / place)]).exception
            assert isinstance(found, UsageError)
            assert found.code == "record.missing"


def test_rubrics_are_checked_by_one_command():
    """`grader check` names each challenge with what it holds."""
    folder = Path(__file__).resolve().parent.parent / "challenges"
    ran = CliRunner().invoke(app, ["check", str(folder)])
    assert ran.exit_code == 0
    assert "✓ echo 1.0.0: 3 criteria, 5 checks, 100 minutes\n" in ran.output
    assert ran.output.count("✓") == len(list(folder.glob("*/challenge.toml")))


# --- what is told --------------------------------------------------------------------------------


def nowhere(blame: str) -> dict:
    """A grading that ended with the fetch."""
    submission = Submission(url="https://x.example/a", commit="")
    return {"submission": submission, "service": None, "phases": (), "static": None, "failure": failure(blame, "fetch")}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"failure": failure("candidate")}, 1),
        (nowhere("candidate"), 1),
        ({"failure": failure("infrastructure")}, 3),
        (nowhere("infrastructure"), 3),
        ({"failure": failure("challenge")}, 4),
        ({"verdicts": {"api.two": [LOST]}}, 3),
        ({"verdicts": {"api.two": [BROKEN]}}, 4),
        ({"verdicts": {"api.two": [BROKEN], "quality.recall": [LOST]}}, 3),
        ({"static": StaticOutcome(evidence=None, failure=failure("infrastructure", "static"))}, 3),
    ],
)
def test_the_exit_code_says_whose_it_is(changes, code):
    """0 graded, 1 the candidate's, 3 ours, 4 the challenge's."""
    assert exit_code(score(evidence(**changes))) == code


def told(show) -> str:
    """What is printed on a terminal of 200 columns."""
    out = io.StringIO()
    show(Console(file=out, width=200))
    return out.getvalue()


def test_the_summary_is_one_object_for_machines(tmp_path):
    """Status, score, commit, seed, failure and folder in one JSON object."""
    found = json.loads(summary(score(evidence(failure=failure("infrastructure"), static=static())), tmp_path))
    assert (found["status"], found["score"], found["seed"], found["folder"]) == ("incomplete", None, 11, str(tmp_path))
    assert (found["failure"]["code"], found["failure"]["blame"]) == ("install.failed", "infrastructure")


def test_the_table_says_score_limit_and_where(tmp_path):
    """People see status, score, how much was assessed, what failed and where the report lies."""
    cards = [("good", score(evidence()), tmp_path), ("bad", score(evidence(**nowhere("candidate"))), tmp_path)]
    text = told(lambda console: show_gradings(console, cards))
    for words in ("graded", "100.0", "80 of 100", "–", "It stopped. Mend it.", "blame: candidate", "report.html"):
        assert words in text


def test_an_error_is_told_with_its_blame_and_code():
    """An error is its sentence, the next step, the blame and the code; markup in it is text."""
    error = CandidateError("a.b", "It [bold]stopped[/bold].", next_step="Mend it.", detail="x\x1b[31m")
    text = told(lambda console: show_error(console, error))
    for words in ("✕ It [bold]stopped[/bold].", "Mend it.", "blame: candidate   code: a.b", "detail: x\\x1b[31m"):
        assert words in text


def test_progress_is_lines():
    """Each stage begins, may say something and ends with its time; a stranger's text is made printable."""

    def show(console):
        progress = ConsoleProgress(console)
        progress.begin("fetch", "https://x.example/\x1b[31m")
        progress.note("fetch", "[b]")
        progress.end("fetch", 1.25, "3 files")
        progress.end("clean up", 0.5, "")

    assert told(show).splitlines() == [
        "… fetch     https://x.example/\\x1b[31m",
        "· fetch     [b]",
        "✓ fetch     3 files (1.2 s)",
        "✓ clean up  0.5 s",
    ]
