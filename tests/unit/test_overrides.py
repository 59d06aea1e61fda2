"""Levels that people set: shown with who, why and when, the old value kept, everything computed anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from records import evidence, row
from typer.testing import CliRunner

from grader import results
from grader.cli import app, main
from grader.overrides import FILE, Override, add_override, load_overrides
from grader.report.editions import Edition, Format, render
from grader.report.render import reviewer_view
from grader.scorecard import Scorecard, State
from grader.scoring import score
from tests.golden.pages import Page
from tests.golden.samples import SAMPLES

WHY = "The README names a measurement for each."


def override(criterion: str = "design", level: int = 3, **changes) -> Override:
    """One decision."""
    fields = {"criterion": criterion, "level": level, "by": "Reviewer 1", "why": WHY, "at": "2026-01-06T10:00:00+00:00"}
    return Override(**(fields | changes))


def graded(folder: Path, **changes) -> Path:
    """A finished grading on the disk."""
    own = evidence(**changes)
    results.write(folder, own, score(own), {})
    return folder


def test_a_level_of_people_enters_the_score():
    """What waits for people is out of the denominator; with a level it is in, at its quarter of the weight."""
    before, after = score(evidence()), score(evidence(), [override(level=2)])
    assert (before.assessed_weight, before.awaiting_people) == (80, 20)
    assert (after.assessed_weight, after.awaiting_people) == (100, 0)
    decided = row(after, "design")
    assert (decided.points, decided.level, decided.level_text, decided.state) == (10, 2, "Half.", State.PARTLY)
    assert after.earned == pytest.approx(
        100 * (sum(c.points for c in before.criteria if c.points) + 10) / 100, abs=0.06
    )


def test_the_old_value_stays():
    """An override over the harness keeps its level and points beside the new ones, and two make a history."""
    lost = {"api.two": ["failed"]}
    first = override("api", 3, by="Reviewer 1")
    second = override("api", 4, by="Reviewer 2", at="2026-01-07T10:00:00+00:00")
    before, after = row(score(evidence(lost)), "api"), row(score(evidence(lost), [first, second]), "api")
    assert [(s.before, s.level, s.points_before, s.points) for s in after.overrides] == [
        (before.level, 3, before.points, 30),
        (3, 4, 30, 40),
    ]
    assert (after.level, after.points, after.why) == (4, 40, before.why)


def test_gates_and_concerns_follow():
    """The cap still limits what a person raised, and a criterion that is whole is no concern any more."""
    lost = {"api.one": ["failed"], "api.two": ["failed"]}
    after = score(evidence(lost), [override("api", 4)])
    assert after.limited_by == "works"
    assert after.score == 40
    assert [point for point in after.concerns if point.criterion == "api"] == []


def test_without_overrides_nothing_changes():
    """An empty list is no list: the same bytes."""
    assert score(evidence(), []).to_json() == score(evidence()).to_json()


def test_a_criterion_of_another_version_is_passed_over():
    """An override of a criterion that the rubric no longer has changes nothing."""
    assert score(evidence(), [override("gone")]).to_json() == score(evidence()).to_json()


def test_the_file_only_grows(tmp_path):
    """Each decision is appended; none is written over."""
    challenge = evidence().challenge
    add_override(tmp_path, override(level=1), challenge)
    assert [one.level for one in add_override(tmp_path, override(level=4), challenge)] == [1, 4]
    assert [one.level for one in load_overrides(tmp_path)] == [1, 4]
    assert load_overrides(tmp_path / "elsewhere") == ()


def test_the_command_line_overrides_and_renders_anew(tmp_path):
    """`grader override` writes the decision, the scorecard and every rendering that was there; `score` keeps it."""
    out = graded(tmp_path / "out")
    runner = CliRunner()
    assert runner.invoke(app, ["report", str(out), "--edition", "candidate"]).exit_code == 0
    told = ["override", str(out), "design", "4", "--by", "Reviewer 1", "--why", WHY]
    assert runner.invoke(app, told).exit_code == 0
    card = Scorecard.load(out / results.SCORECARD)
    assert row(card, "design").overrides[0].why == WHY
    assert "not assessed → 4" in (out / "report.html").read_text("utf-8")
    assert "A person set level 4" in (out / "candidate.html").read_text("utf-8")
    assert not (out / "candidate.json").exists()
    before = (out / results.SCORECARD).read_bytes()
    assert runner.invoke(app, ["score", str(out)]).exit_code == 0
    assert (out / results.SCORECARD).read_bytes() == before
    assert json.loads((out / FILE).read_text("utf-8"))["overrides"][0]["level"] == 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["design", "5", "--by", "R", "--why", WHY], "override.invalid"),
        (["design", "3", "--by", "R", "--why", "short"], "override.invalid"),
        (["design", "3", "--by", "", "--why", WHY], "override.invalid"),
        (["nothing", "3", "--by", "R", "--why", WHY], "override.unknown_criterion"),
    ],
)
def test_what_is_no_override_is_refused(tmp_path, capsys, arguments, code):
    """A level beyond four, no name, no reason, or no such criterion: a sentence, exit code 2, nothing written."""
    out = graded(tmp_path / "out")
    with pytest.raises(SystemExit) as caught:
        main(["override", str(out), *arguments])
    assert caught.value.code == 2
    assert code in capsys.readouterr().err
    assert not (out / FILE).exists()


def test_the_reviewer_sees_who_why_and_when():
    """The rubric's row shows the change, both points, the name, the reason and the time."""
    card = SAMPLES["overridden"]()
    text = Page(render(card, Edition.REVIEWER, Format.HTML)).text
    assert "2 → 3 (8.8 → 11.3 points) by Reviewer 1, 2025-11-24 11:02:00 UTC: “The 3 MB body hit the brief's" in text
    assert "3 → 4 (11.3 → 15.0 points) by Reviewer 2, 2025-11-24 11:30:00 UTC: “Agreed with Reviewer 1" in text
    assert "not assessed → 3 (– → 6.0 points) by Reviewer 1" in text
    assert [fact.value for fact in reviewer_view(card).brief.counts if fact.label == "Decided by people"] == [
        "2 of 2 criteria"
    ]


def test_the_decision_log_shows_its_level():
    """Beside "does the code do this?" stands the level that a person gave, with the note; before, that nobody has."""
    text = Page(render(SAMPLES["overridden"](), Edition.REVIEWER, Format.HTML)).text
    assert "Decisions and trade-offs: level 2, set by Reviewer 2: “README.md:18 names reasons" in text
    before = Page(render(SAMPLES["capped"](), Edition.REVIEWER, Format.HTML)).text
    assert "Decisions and trade-offs: no person has decided this yet." in before
