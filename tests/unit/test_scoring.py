"""Evidence becomes a scorecard: what counts, what never counts, and what caps it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import (
    ANCHORS,
    BROKEN,
    COMMIT,
    LOST,
    challenge,
    check,
    checks,
    criterion,
    evidence,
    failure,
    measured,
    row,
    rubric,
    static,
)

from grader.errors import Blame
from grader.evidence import Evidence, ServiceEvidence, ServiceStop, StaticOutcome
from grader.scorecard import Scorecard, State, Status
from grader.scoring import score
from grader.submission import Submission

SPECS = {"api.one": 3, "api.two": 1, "api.kept": 1, "quality.recall": 1}
LADDER = ["failed", "passed"]
verdict = st.sampled_from(["passed", "failed", "not_run", LOST, BROKEN])
verdicts = st.fixed_dictionaries({name: st.lists(verdict, min_size=n, max_size=n) for name, n in SPECS.items()})
few = settings(max_examples=60, deadline=None)


def gates(card: Scorecard) -> dict[str, str]:
    """The gates' states by id."""
    return {gate.id: gate.state for gate in card.gates}


# --- what adds up --------------------------------------------------------------------------------


def test_everything_right_is_one_hundred():
    """All evidence in, all of it good: 100, graded, nothing limits, people's weight is out of it."""
    card = score(evidence())
    assert (card.score, card.status, card.limited_by) == (100.0, Status.GRADED, None)
    assert (card.assessed_weight, card.awaiting_people) == (80, 20)
    assert set(gates(card).values()) == {"open"}
    assert row(card, "design").state is State.NOT_ASSESSED


def test_the_weights_of_criteria_and_checks_decide():
    """A criterion's points are its checks' shares by their weights; the score is out of what was assessed."""
    card = score(evidence({"api.two": ["failed"]}))
    assert row(card, "api").points == pytest.approx(20)
    assert card.score == 75.0


@pytest.mark.parametrize(
    ("share", "level"),
    [(0, 0), (0.2499, 0), (0.25, 1), (0.4999, 1), (0.5, 2), (0.7499, 2), (0.75, 3), (0.9499, 3), (0.95, 4), (1, 4)],
)
def test_levels_begin_where_they_are_said_to(share, level):
    """A quarter, a half, three quarters and 95 % of the points begin the levels; each names the next."""
    scale = {"measure": "recall", "anchors": [[0, 0], [1, 1]]}
    own = challenge(
        check=[*rubric()["check"][:3], check("quality.recall", "quality", scale=scale)],
    )
    got = row(score(evidence({"quality.recall": measured(share)}, own)), "quality")
    assert (got.level, got.level_text) == (level, ANCHORS[level])
    assert got.next_level_text == (ANCHORS[level + 1] if level < 4 else "")
    assert (got.state is State.PASSED) == (level == 4)


# --- what must not matter ------------------------------------------------------------------------


@few
@given(verdicts, st.randoms(use_true_random=False))
def test_order_never_matters(own, rng):
    """Checks and phases in any order give the same scorecard, but for the evidence's own digest."""
    one = evidence(own)
    phases = [p.model_copy(update={"checks": tuple(rng.sample(p.checks, len(p.checks)))}) for p in one.phases]
    rng.shuffle(phases)
    two = one.model_copy(update={"phases": tuple(phases)})
    assert score(two).model_copy(update={"provenance": score(one).provenance}) == score(one)


@few
@given(verdicts, st.sampled_from(sorted(SPECS)), st.data())
def test_a_better_result_never_lowers_the_score(own, name, data):
    """One failed repeat that passes, with all else equal, never costs anything."""
    place = data.draw(st.integers(0, SPECS[name] - 1))
    scores = []
    for outcome in LADDER:
        own = own | {name: [*own[name][:place], outcome, *own[name][place + 1 :]]}
        scores.append(score(evidence(own)).score)
    assert scores[0] <= scores[1]


@few
@given(
    st.lists(st.floats(-1, 2), min_size=2, max_size=2),
    st.lists(st.integers(0, 50), min_size=2, max_size=2),
    st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_a_better_measure_never_lowers_the_score(recall, errors, share):
    """More recall, fewer findings and less complexity never cost anything."""
    worse = evidence({"quality.recall": measured(min(recall))}, static=static(max(errors), max(share)))
    better = evidence({"quality.recall": measured(max(recall))}, static=static(min(errors), min(share)))
    assert score(worse).score <= score(better).score


@few
@given(verdicts)
def test_the_same_evidence_is_the_same_bytes(own):
    """Scoring again, also from the saved evidence, gives the same bytes."""
    one = evidence(own)
    again = Evidence.model_validate_json(one.to_json())
    assert again == one
    assert score(again).to_json() == score(one).to_json()


@few
@given(verdicts)
def test_the_score_is_what_its_rows_say(own):
    """The score is the points over the assessed weight, capped by the lowest closed gate; never out of range."""
    card = score(evidence(own))
    weight, points = (sum(getattr(c, name) or 0 for c in card.criteria) for name in ("assessed_weight", "points"))
    assert card.earned == pytest.approx(100 * points / weight, abs=0.06)
    cap = min([gate.cap for gate in card.gates if gate.state == "closed"], default=100)
    assert card.score == min(card.earned, cap)
    assert (card.limited_by is not None) == (card.score < card.earned)
    assert 0 <= card.score <= 100


# --- whose fault it is ---------------------------------------------------------------------------


@few
@given(verdicts, st.sampled_from([LOST, BROKEN, ("not_run", "infrastructure"), ("not_run", "challenge"),
                                  ("failed", "infrastructure")]))  # fmt: skip
def test_what_we_lost_counts_for_nothing(own, lost):
    """A check lost through our fault leaves the denominator: the rest is worth what it would be without it."""
    own = own | {"api.one": ["passed"] * 3}
    card = score(evidence(own | {"api.two": [lost]}))
    kept = [c for c in rubric()["check"] if c["id"] != "api.two"]
    without = challenge(check=kept, gate=rubric()["gate"][:2])
    alone = score(evidence({k: v for k, v in own.items() if k != "api.two"}, without))
    share = row(alone, "api").share
    assert row(card, "api").share == (pytest.approx(share, abs=1e-6) if share is not None else None)
    assert checks(card)["api.two"].share is None
    assert checks(card)["api.two"].state is State.GRADER_ERROR
    assert checks(card)["api.two"].blame is not Blame.CANDIDATE


@pytest.mark.parametrize("lost", [LOST, BROKEN])
def test_a_lost_criterion_leaves_the_denominator(lost):
    """A criterion without any evidence, through our fault, has no share; the score is that of the rest."""
    card = score(evidence({"quality.recall": [lost], "api.two": ["failed"]}))
    assert (row(card, "quality").share, row(card, "quality").state) == (None, State.GRADER_ERROR)
    assert card.score == pytest.approx(100 * 40 / 60, abs=0.05)
    assert card.assessed_weight == 60


def test_part_of_a_criterion_lost_takes_part_of_its_weight():
    """A criterion with a lost check keeps the weight of the others, and says so."""
    card = score(evidence({"api.two": [LOST]}))
    assert (row(card, "api").assessed_weight, row(card, "api").share) == (20, 1)
    assert "1 could not be assessed, through no fault of the submission" in row(card, "api").why


def test_lost_analysers_cost_nothing():
    """No static analysis, through our fault: the code criteria are not assessed and say why."""
    card = score(evidence(static=StaticOutcome(evidence=None, failure=failure("infrastructure", "static"))))
    assert [row(card, name).share for name in ("lint", "shape")] == [None, None]
    assert row(card, "lint").why == "It stopped."
    assert card.score == 100


# --- how a grading ends --------------------------------------------------------------------------


@pytest.mark.parametrize(("lint", "status"), [(8, Status.GRADED), (8.01, Status.INCOMPLETE)])
def test_a_tenth_lost_is_still_final(lint, status):
    """Up to a tenth of the harness's weight may be lost; beyond that the grading is incomplete."""
    kinds = [
        criterion("api", 80 - lint, "checks"),
        criterion("lost", lint, "checks"),
        criterion("design", 20, "review"),
    ]
    own = challenge(criterion=kinds, check=[check("api.one", "api"), check("b", "lost")], gate=[])
    assert score(evidence({"b": [LOST]}, own)).status is status


@pytest.mark.parametrize("weight", [33.3, 7.7, 0.3, 61.7])
def test_rounding_does_not_make_a_grading_incomplete(weight):
    """Exactly a tenth lost is a tenth, whatever the weights' binary digits are."""
    kinds = [criterion("api", weight, "checks"), criterion("design", 100 - weight, "review")]
    kept = [check("a", "api", weight=9), check("b", "api", weight=1)]
    own = challenge(criterion=kinds, check=kept, gate=[])
    assert score(evidence({"b": [LOST]}, own)).status is Status.GRADED


@pytest.mark.parametrize("blame", ["infrastructure", "challenge"])
def test_a_failure_of_ours_gives_no_score(blame):
    """What our own failure stopped has no score, however much of it there is."""
    card = score(evidence(failure=failure(blame, "service")))
    assert (card.score, card.status) == (None, Status.INCOMPLETE)
    assert card.failure.blame == blame


@pytest.mark.parametrize("blame", ["candidate", "infrastructure"])
def test_without_a_source_there_is_no_score(blame):
    """A fetch that failed leaves nothing to hold against anybody: no score, no closed gate."""
    nothing = {"submission": Submission(url="https://x.example", commit=""), "manifest": None, "service": None,
               "phases": (), "static": None}  # fmt: skip
    card = score(evidence(failure=failure(blame, "fetch"), **nothing))
    assert (card.score, card.earned, card.assessed_weight) == (None, None, 0)
    assert set(gates(card).values()) == {"not_assessed"}
    assert card.status is (Status.NOT_GRADABLE if blame == "candidate" else Status.INCOMPLETE)
    assert {c.state for c in checks(card).values()} <= {State.NOT_ASSESSED, State.GRADER_ERROR}


def test_a_candidates_failure_after_the_source_was_seen_is_zero():
    """A manifest or requirement that stops the grading: all checks at zero, never-ready closed, score 0."""
    card = score(evidence(failure=failure("candidate"), service=None, phases=()))
    assert (card.score, card.status, card.limited_by) == (0, Status.NOT_GRADABLE, "ready")
    assert {c.share for c in checks(card).values()} == {0}
    assert gates(card) == {"ready": "closed", "stopped": "open", "works": "closed"}
    assert row(card, "lint").share == 1


def test_our_failure_closes_no_gate():
    """When our failure stopped it before the service, no gate says anything."""
    card = score(evidence(failure=failure("infrastructure"), service=None, phases=(), static=None))
    assert set(gates(card).values()) == {"not_assessed"}
    assert card.score is None


def test_never_ready_is_zero():
    """A service that never became ready: its checks count as nothing and its gate closes."""
    never = ServiceEvidence(became_ready=False, boot_s=None)
    card = score(evidence(failure=failure("candidate", "service"), service=never, phases=()))
    assert (card.score, gates(card)["ready"], gates(card)["stopped"]) == (0, "closed", "open")


def test_people_alone_give_no_score_yet():
    """A rubric that people decide in full has no score before they have."""
    own = challenge(criterion=[criterion("design", 100, "review")], check=[], gate=[])
    card = score(evidence(rubric_of=own))
    assert (card.score, card.earned, card.awaiting_people, card.status) == (None, None, 100, Status.GRADED)


# --- gates ---------------------------------------------------------------------------------------


def stopped(**changes) -> Evidence:
    """A grading in which the service stopped once."""
    stop = ServiceStop(check="api.two", repeat=0, at_s=1.0)
    service = ServiceEvidence(became_ready=True, boot_s=0.5, stops=(stop,))
    return evidence(**({"service": service} | changes))


def test_the_lowest_closed_gate_limits():
    """Of several closed gates the lowest cap is the score."""
    card = score(stopped(verdicts={"api.one": ["failed"] * 3, "api.two": ["failed"], "quality.recall": measured(0.8)}))
    assert gates(card) == {"ready": "open", "stopped": "closed", "works": "closed"}
    assert (card.earned, card.score, card.limited_by) == (62.5, 40, "works")


def test_a_closed_gate_above_the_score_limits_nothing():
    """Limited-by names a gate only when the score would be higher without it."""
    card = score(stopped(verdicts={"api.two": ["failed"], "quality.recall": measured(0.2)}))
    assert (card.score, card.limited_by, gates(card)["stopped"]) == (50, None, "closed")


def test_a_cap_that_equals_the_score_as_shown_limits_nothing():
    """70.04 points are shown as 70.0; a cap of 70 takes nothing that anybody sees."""
    kinds = [criterion("api", 100, "checks")]
    own = challenge(
        criterion=kinds,
        check=[check("api.one", "api", weight=70.04), check("api.two", "api", weight=29.96)],
        gate=rubric()["gate"][1:2],
    )
    card = score(stopped(verdicts={"api.two": ["failed"]}, rubric_of=own))
    assert (card.earned, card.score, card.limited_by) == (70.0, 70.0, None)


def test_a_stop_links_the_check_that_saw_it():
    """The gate's evidence is the check during which the service stopped, and its sentence says why."""
    gate = next(g for g in score(stopped()).gates if g.id == "stopped")
    assert gate.evidence == "check-api.two"
    assert gate.sentence == "Limited to 70 because it stopped."


@pytest.mark.parametrize(
    ("one", "two", "state"),
    [
        ("failed", "failed", "closed"),
        ("passed", "failed", "open"),
        ("failed", LOST, "not_assessed"),
        ("passed", LOST, "open"),
        (BROKEN, LOST, "not_assessed"),
    ],
)
def test_a_gate_on_checks_closes_only_on_evidence(one, two, state):
    """It closes when all its checks earned nothing, is open when one earned something, else nobody can tell."""
    assert gates(score(evidence({"api.one": [one] * 3, "api.two": [two]})))["works"] == state


def test_a_gate_that_nobody_can_tell_does_not_limit():
    """A gate without evidence caps nothing."""
    card = score(evidence({"api.one": [LOST] * 3, "api.two": [LOST], "quality.recall": measured(0.8)}))
    assert (gates(card)["works"], card.limited_by) == ("not_assessed", None)


# --- what the report needs -----------------------------------------------------------------------


def test_strengths_and_concerns_are_facts_with_evidence():
    """Strengths are well-earned rows; concerns are closed gates first, then what was lost, worst first."""
    card = score(stopped(verdicts={"api.two": ["failed"]}, static=static(errors=4)))
    assert [p.criterion for p in card.strengths] == ["quality", "shape"]
    assert [p.criterion for p in card.concerns] == ["", "api", "lint"]
    assert "20.0 of 40 points not earned" in card.concerns[1].text
    assert card.concerns[1].evidence == "check-api.two"


def test_time_claims_and_provenance_are_told_and_not_scored():
    """Stated hours, the budget and the command that grades it again stand in the card and move nothing."""
    card = score(evidence())
    assert (card.time.stated_hours, card.time.budget_minutes) == (3.5, 150)
    wanted = f"grader run https://git.example/a.git --challenge sample --commit {COMMIT} --seed 11"
    assert card.provenance.command == wanted
    assert score(evidence(manifest=None)).score == card.score


def test_the_edition_is_part_of_the_identity_and_of_the_command():
    """A grading on another edition has another identity, and its command grades on that edition again."""
    own = evidence()
    other = own.model_copy(update={"identity": own.identity.model_copy(update={"edition": "b"})})
    assert score(other).provenance.identity_key != score(own).provenance.identity_key
    assert " --challenge sample --edition b --commit " in score(other).provenance.command


def test_the_rubrics_own_order_moves_no_points():
    """The rubric's own order of criteria and checks has no effect on the score."""
    own = rubric()
    own |= {kind: own[kind][::-1] for kind in ("criterion", "check", "group", "gate")}
    moved = {"api.two": ["failed"], "quality.recall": measured(0.5)}
    assert score(evidence(moved, challenge(**own))).score == score(evidence(moved)).score
