"""From what the probe and the analysers saw to shares of points."""

from __future__ import annotations

import pytest
from records import LOST, checks, evidence, measured, repeat, row, static

from grader.challenge import Scale
from grader.errors import Blame
from grader.scorecard import State
from grader.scoring import score


def test_repeats_are_averaged():
    """A check that passed once in three times earns a third of its points."""
    card = score(evidence({"api.one": ["passed", "failed", "failed"]}))
    assert checks(card)["api.one"].share == pytest.approx(1 / 3)
    assert (checks(card)["api.one"].state, checks(card)["api.one"].repeats_passed) == (State.PARTLY, 1)
    assert checks(card)["api.one"].message == "failed 1"


@pytest.mark.parametrize(
    ("value", "share"), [(-1, 0), (0.2, 0), (0.4, 0.25), (0.6, 0.5), (0.7, 0.75), (0.8, 1), (9, 1)]
)
def test_a_scale_is_linear_between_its_anchors_and_flat_outside(value, share):
    """A measure becomes a share of the points by the check's own scale."""
    card = score(evidence({"quality.recall": measured(value)}))
    assert checks(card)["quality.recall"].share == pytest.approx(share)


@pytest.mark.parametrize(("value", "share"), [(100, 1), (400, 1), (1200, 0.5), (2000, 0), (1e9, 0)])
def test_a_scale_may_fall(value, share):
    """A latency's scale falls: slower is less."""
    assert Scale(measure="p95_ms", anchors=((400, 1.0), (2000, 0.0))).share(value) == pytest.approx(share)


def test_lint_loses_by_size_up_to_a_cap():
    """A finding costs its share, in a program of 4,000 lines half of it, and a category has a cap."""
    shares = [row(score(evidence(static=static(**args))), "lint").share for args in (
        {"errors": 1}, {"errors": 4}, {"errors": 400}, {"errors": 4, "lines": 4_000}, {"by_category": {"style": 90}}
    )]  # fmt: skip
    assert shares == pytest.approx([0.9, 0.6, 0.5, 0.8, 1.0])


def test_complexity_is_its_scale():
    """The share of lines in complex functions becomes points by the criterion's scale."""
    assert row(score(evidence(static=static(complex_share=0.3))), "shape").share == pytest.approx(0.5)


def test_no_python_source_earns_no_code_points():
    """An empty tree has no findings, and that is not a virtue."""
    card = score(evidence(static=static(files=0, lines=0)))
    assert [row(card, name).share for name in ("lint", "shape")] == [0, 0]


def test_a_lost_repeat_is_left_out_of_the_mean():
    """Of three repeats, one lost through our fault: the mean is that of the other two."""
    card = score(evidence({"api.one": [LOST, "passed", "failed"]}))
    assert checks(card)["api.one"].share == 0.5


def test_what_is_shown_is_what_the_share_rests_on():
    """A failed check with a repeat of ours lost shows the candidate's failure and blame, not our trouble."""
    got = checks(score(evidence({"api.one": [LOST, "failed", "failed"]})))["api.one"]
    assert (got.state, got.blame, got.message) == (State.FAILED, Blame.CANDIDATE, "failed 1")
    got = checks(score(evidence({"api.one": [LOST, "passed", "passed"]})))["api.one"]
    assert (got.state, got.blame, got.message) == (State.PASSED, None, "")


def test_not_run_through_the_candidates_fault_is_zero():
    """A check that the service's own end prevented counts, as nothing."""
    got = checks(score(evidence({"api.two": ["not_run"]})))["api.two"]
    assert (got.share, got.state, got.blame) == (0, State.FAILED, Blame.CANDIDATE)


def test_a_pass_without_its_measure_is_the_challenges_bug():
    """A scaled check that passes and measured nothing is not assessed: that costs nobody points."""
    card = score(evidence({"quality.recall": [repeat(measures={})]}))
    got = checks(card)["quality.recall"]
    assert (got.share, got.state, got.blame) == (None, State.GRADER_ERROR, Blame.CHALLENGE)
    assert got.message == "The check did not measure recall."
    assert card.score == 100


@pytest.mark.parametrize("empty", [True, False])
def test_a_planned_check_without_a_result_is_ours(empty):
    """A planned check that is missing from the results, or has no repeats, is not assessed."""
    one = evidence()
    checks_of = [c for c in one.phases[0].checks if c.id != "api.two"]
    if empty:
        checks_of += [c.model_copy(update={"repeats": ()}) for c in one.phases[0].checks if c.id == "api.two"]
    phase = one.phases[0].model_copy(update={"checks": tuple(checks_of)})
    got = checks(score(one.model_copy(update={"phases": (phase, one.phases[1])})))["api.two"]
    assert (got.share, got.blame, got.message) == (None, Blame.INFRASTRUCTURE, "This check did not run.")
