"""Cohort, interview, compare and the diff of two gradings: facts beside each other, no ranks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import evidence
from typer.testing import CliRunner

from grader import results
from grader.cli import app, main
from grader.cohort import FEWEST, NEAR, cohort
from grader.difference import difference
from grader.errors import UsageError
from grader.report import render_reviewer
from grader.report.diff import render_diff
from grader.report.matrix import matrix_view, render_matrix
from grader.report.render import reviewer_view
from grader.scorecard import Status
from grader.scoring import score
from tests.golden import cards
from tests.golden.pages import Page
from tests.golden.samples import OTHERS, SAMPLES, cohort_of, regraded

# --- cohort --------------------------------------------------------------------------------------


def test_a_cohort_needs_eight():
    """Seven others and this one are a cohort, six are none, and the page says so."""
    card = cards.capped()
    assert cohort(card, cohort_of(card, OTHERS[:6])) is None
    assert len(cohort(card, cohort_of(card, OTHERS[:7])).scores) == FEWEST
    assert "Fewer than 8 gradings can be compared" in Page(render_reviewer(card, cohort_of(card, OTHERS[:6]))).text
    assert "This page was made without other gradings." in Page(render_reviewer(card)).text


def test_only_what_can_be_compared_counts():
    """Another challenge version or harness, an unfinished grading, another share decided by people: left out."""
    card = cards.capped()
    others = cohort_of(card, OTHERS)
    identity = card.provenance.identity

    def with_other(field):
        own = identity.model_copy(update={field: "0" * 64})
        return {"provenance": card.provenance.model_copy(update={"identity": own})}

    changes = (
        with_other("challenge_digest"),
        with_other("harness_digest"),
        {"status": Status.INCOMPLETE},
        {"score": None},
        {"awaiting_people": 0.0},
        {"submission": card.submission},
    )  # fmt: skip
    changed = [other.model_copy(update=change) for other, change in zip(others, changes, strict=False)]
    found = cohort(card, [*changed, *others[len(changes) :]])
    assert len(found.scores) == 1 + len(others) - len(changes)


def test_of_several_gradings_of_one_submission_the_newest_counts():
    """A submission that was graded again is one dot."""
    card = cards.capped()
    others = cohort_of(card, OTHERS)
    later = others[0].model_copy(
        update={"score": 99.0, "provenance": card.provenance.model_copy(update={"began_at": "2026-02-01T00:00:00Z"})}
    )
    found = cohort(card, [later, *others])
    assert 99.0 in found.scores
    assert OTHERS[0] not in found.scores


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(min_value=0, max_value=1000).map(lambda n: n / 10), min_size=8, max_size=40))
def test_the_picture_holds_the_numbers(scores):
    """As many dots as scores, one of them this one; half of the scores lie in the middle; inside the axis."""
    card = cards.capped()
    others = cohort_of(card, tuple(scores))
    found = cohort(card, others)
    view = reviewer_view(card, others).cohort
    assert len(view.dots) == len(scores) + 1
    assert sum(dot.own for dot in view.dots) == 1
    assert len({(dot.x, dot.y) for dot in view.dots}) == len(view.dots)
    assert all(0 <= dot.x <= 1000 and 0 < dot.y < view.base for dot in view.dots)
    assert sum(found.low <= one <= found.high for one in found.scores) >= len(found.scores) / 2 - 1
    assert found.near == sum(abs(one - card.score) <= NEAR for one in scores)


def test_the_order_of_the_others_is_nothing():
    """The same gradings in another order are the same page, and no word ranks."""
    card = cards.capped()
    others = cohort_of(card, OTHERS)
    shuffled = others[::2] + others[1::2]
    assert render_reviewer(card, others) == render_reviewer(card, shuffled)
    text = Page(render_reviewer(card, others)).text
    assert "not distinguishable within ±3. There are no ranks." in text
    assert "percentile" not in text


# --- interview -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_everyone_gets_the_same_core(name):
    """Three core questions are the same for every submission, and at most four are drawn from its evidence."""
    view = reviewer_view(SAMPLES[name]()).interview
    assert [q.ask for q in view.core] == [q.ask for q in reviewer_view(cards.excellent()).interview.core]
    assert len(view.core) == 3
    assert len(view.own) <= 4
    for question in (*view.core, *view.own):
        assert question.minutes.endswith(" min")
        assert question.criterion.anchor
        assert [sound.label for sound in question.sounds] == ["4", "2", "0"]
        assert all(sound.value for sound in question.sounds)


def test_questions_come_from_the_evidence():
    """The largest loss, the number that differs, and a strength are asked about, each with its evidence."""
    own = reviewer_view(cards.excellent()).interview.own
    assert len(own) == 4
    assert "points are open, the largest loss." in own[0].seen
    assert own[0].evidence[0].anchor == "check-contract.health"
    assert "recall_at_10 is stated as 0.95" in own[1].seen
    assert own[2].seen.startswith("Relevance on hidden queries: ")
    assert "Finds 87 % of paraphrases" in own[2].seen
    assert all(question.evidence for question in own)


def test_a_reader_answers_from_the_page_alone():
    """What score, what caps it, what was best, what was worst, what to ask: all in the first sections, in words."""
    text = Page(render_reviewer(cards.capped())).text
    brief, rest = text.split("Interview questions", 1)
    assert "40.0 of 100" in brief
    assert "limited to 40 because the service stopped on malformed input. Gate G3" in brief
    assert "Strengths Product codes find their article first in 97 % of 31 queries." in brief
    assert "Concerns The service stopped on a body that is not JSON" in brief
    assert "Take one request from the socket to the reply." in rest


# --- compare -------------------------------------------------------------------------------------


def four():
    """Four submissions of one challenge version."""
    return [SAMPLES[name]() for name in ("weak", "capped", "excellent", "overridden")]


def test_the_matrix_keeps_the_order_that_was_asked_for():
    """Columns are never sorted by score: another order of folders is another order of columns."""
    for order in (four(), four()[::-1]):
        view = matrix_view(order)
        assert [column.score for column in view.columns] == [f"{card.score:.1f}" for card in order]
        for index, row in enumerate(view.criteria):
            wanted = ["" if c.criteria[index].points is None else f"{c.criteria[index].points:.1f}" for c in order]
            assert [cell.value for cell in row.cells] == wanted
    assert "There are no ranks." in Page(render_matrix(four())).text


def test_compare_takes_two_to_four_of_one_version():
    """One, five, or another version of the challenge is refused with what to do."""
    card = cards.capped()
    other = card.model_copy(update={"challenge_version": "2.0.0"})
    for wrong, code in (([card], "how_many"), ([card] * 5, "how_many"), ([card, other], "other_version")):
        with pytest.raises(UsageError) as caught:
            render_matrix(wrong)
        assert caught.value.code == f"compare.{code}"


def test_differences_of_the_ground_are_said():
    """Other harnesses, and more decided by people in one of them, stand above the matrix."""
    first, second = cards.capped(), SAMPLES["overridden"]()
    identity = second.provenance.identity.model_copy(update={"harness_digest": "0" * 64})
    moved = second.model_copy(update={"provenance": second.provenance.model_copy(update={"identity": identity})})
    notes = " ".join(matrix_view([first, moved]).notes)
    assert "different versions of the harness" in notes
    assert "People have decided more of one" in notes


# --- two gradings of one submission --------------------------------------------------------------


def test_a_difference_names_its_reasons():
    """Commit, seed and an override are each named with before and after; so is everything that came out otherwise."""
    before = cards.capped()
    found = difference(before, regraded(before))
    assert [reason.name for reason in found.reasons] == ["Commit", "Seed", "Override of Structure and tests"]
    assert found.sentence.endswith("What differs: commit, seed, override of Structure and tests.")
    changed = {one.id: (one.before, one.after) for one in found.changed}
    assert changed["contract.types"] == ("failed", "passed")
    assert changed["structure"] == ("not assessed", "level 2")
    assert "relevance" not in changed
    assert "contract.types" in Page(render_diff(before, regraded(before))).text


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("challenge_version", "1.1.0", "Challenge version"),
        ("challenge_digest", "0" * 64, "Challenge digest"),
        ("harness_digest", "0" * 64, "Harness digest"),
        ("grader_version", "9.9.9", "Grader version"),
        ("runtime", "runsc", "Runtime"),
        ("images", {"edge": "sha256:1"}, "Image edge"),
    ],
)
def test_everything_that_a_grading_rests_on_is_compared(field, value, name):
    """Each part of the identity that differs is a reason."""
    card = cards.capped()
    identity = card.provenance.identity.model_copy(update={field: value})
    other = card.model_copy(update={"provenance": card.provenance.model_copy(update={"identity": identity})})
    assert difference(card, other).reasons[0].name == name


def test_noise_is_called_noise():
    """Nothing differs but a result: that is the noise of measuring. Nothing at all: that is said too."""
    card = cards.capped()
    moved = card.model_copy(update={"gates": (card.gates[0].model_copy(update={"state": "closed"}), *card.gates[1:])})
    assert "noise of measuring" in difference(card, moved).sentence
    assert difference(card, card).sentence == "The score stayed at 40.0. Nothing differs."


def test_two_submissions_are_not_two_gradings():
    """Gradings of different repositories are refused, with the verb that puts submissions beside each other."""
    card = cards.capped()
    other = card.model_copy(
        update={"submission": card.submission.model_copy(update={"url": "https://git.example/x/y"})}
    )
    with pytest.raises(UsageError) as caught:
        difference(card, other)
    assert caught.value.code == "diff.other_submission"
    assert "grader compare" in caught.value.next_step


# --- the command line ----------------------------------------------------------------------------


def graded(folder, url="https://git.example/a.git", **changes):
    """A finished grading on the disk."""
    own = evidence(**changes)
    own = own.model_copy(update={"submission": own.submission.model_copy(update={"url": url})})
    results.write(folder, own, score(own), {})
    return folder


def test_report_writes_every_edition_and_format(tmp_path):
    """Each edition and format is a file of its own in the grading's folder, whose path is printed."""
    out = graded(tmp_path / "out")
    for edition, forms in (
        ("reviewer", "html json csv sarif junit"),
        ("candidate", "html json csv sarif junit"),
        ("sheet", "html json csv"),
    ):
        for form in forms.split():
            done = CliRunner().invoke(app, ["report", str(out), "--edition", edition, "--format", form])
            assert done.exit_code == 0, done.output
            written = out / done.output.replace("\n", "").rsplit("/", 1)[-1]
            assert written.read_text("utf-8")
    assert (out / "report.json").read_bytes() == (out / "scorecard.json").read_bytes()


def test_report_takes_a_cohort(tmp_path):
    """Other gradings in a folder put the score among them."""
    for number in range(8):
        graded(tmp_path / "all" / str(number), url=f"https://git.example/{number}.git")
    out = tmp_path / "all" / "0"
    assert CliRunner().invoke(app, ["report", str(out), "--cohort", str(tmp_path / "all")]).exit_code == 0
    assert "8 submissions of this challenge version" in (out / "report.html").read_text("utf-8")


def test_compare_and_diff_write_pages(tmp_path):
    """`compare --page` and `diff --page` write one page each; `diff --json` is for machines."""
    first = graded(tmp_path / "a")
    second = graded(tmp_path / "b", url="https://git.example/b.git")
    again = graded(tmp_path / "c", verdicts={"api.two": ["failed"]})
    runner = CliRunner()
    done = runner.invoke(app, ["diff", str(first), str(again), "--page", str(tmp_path / "diff.html")])
    assert done.exit_code == 0
    assert "api.two: passed → failed" in done.output
    assert "noise of measuring" in done.output
    assert json.loads(runner.invoke(app, ["diff", str(first), str(again), "--json"]).output)["score_before"] == 100.0
    assert "api.two" in (tmp_path / "diff.html").read_text("utf-8")
    with pytest.raises(SystemExit) as caught:
        main(["diff", str(first), str(second)])
    assert caught.value.code == 2
    page = tmp_path / "compare.html"
    runner.invoke(app, ["compare", str(first), str(second), "--page", str(page)])
    assert "There are no ranks." in page.read_text("utf-8")
