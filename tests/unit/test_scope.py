"""The four-hour scope, in each of its four places: minutes, what is in scope, caps, and time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import LOST, check, criterion, evidence, failure, row, rubric
from work_records import decision, documents, history, own_tests, run, work, work_rubric

from grader.challenge import Challenge
from grader.evidence import Evidence
from grader.evidence_work import Document, Heading, Statement
from grader.scoring import score
from grader.submission import Manifest

RUBRIC = work_rubric()
few = settings(max_examples=50, deadline=None)
names = st.text("abcdefgh./", min_size=1, max_size=20)
sentences = st.lists(st.text(max_size=80), max_size=4)
verdicts = st.fixed_dictionaries(
    {
        "api.one": st.lists(st.sampled_from(["passed", "failed"]), min_size=3, max_size=3),
        "api.two": st.lists(st.sampled_from(["passed", "failed"]), min_size=1, max_size=1),
        "quality.recall": st.lists(st.sampled_from(["passed", "failed"]), min_size=1, max_size=1),
    }
)


def graded(own: dict | None = None, **changes) -> Evidence:
    """A grading with everything around the code gathered."""
    return evidence(own, RUBRIC, **({"work": work()} | changes))


def manifest(**changes) -> Manifest:
    """A manifest that says these things."""
    return Manifest.model_validate({"service": {"command": "python server.py"}} | changes)


# --- one: minutes -------------------------------------------------------------------------------------


def test_more_than_four_hours_is_no_challenge():
    """A rubric whose minutes sum to more than 240 is refused."""
    rows = [criterion("a", 50, "review", minutes=121), criterion("b", 50, "review", minutes=120)]
    with pytest.raises(ValueError, match="more than 240"):
        Challenge.model_validate(rubric() | {"criterion": rows, "check": [], "gate": []})


@pytest.mark.parametrize(("minutes", "fits"), [(4, False), (5, True), (0, False)])
def test_no_criterion_asks_for_more_than_its_minutes_hold(minutes, fits):
    """A criterion has a minute at least for each of its checks, and is never worth points for no time."""
    rows = [criterion("api", 100, "checks", minutes=minutes)]
    made = rubric() | {"criterion": rows, "check": [check(f"api.{n}", "api") for n in range(5)], "gate": []}
    made["phase"] = [{"id": "main"}]
    if fits:
        Challenge.model_validate(made)
    else:
        with pytest.raises(ValueError, match="minutes hold"):
            Challenge.model_validate(made)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"documents": {"criterion": "api"}}, "documents names criterion api, which people do not decide"),
        ({"error_handling": {"criterion": "nobody"}}, "error_handling names criterion nobody"),
        ({"claim": [{"name": "x", "checks": ["no.such"], "measure": "m"}]}, "claim x names an unknown check no.such"),
        ({"error_handling": {"situation": [{"id": "s", "title": "S", "checks": ["no.such"]}]}}, "situation s names"),
        ({"scope": [{"id": "a", "title": "A", "kind": "extra"}] * 2}, "scope a stands twice"),
    ],
)
def test_what_is_declared_around_the_code_has_to_exist(part, said):
    """Criteria, checks and groups that are named there are in the rubric, and names are unique."""
    with pytest.raises(ValueError, match=said):
        work_rubric(**part)


# --- two: what is in scope ----------------------------------------------------------------------------


@few
@given(verdicts, st.lists(names, max_size=8), st.dictionaries(names, st.integers(0, 50), max_size=4), sentences)
def test_extra_work_changes_nothing(own, paths, imports, written):
    """More files, more libraries, more pages, more decisions, more commits: the same points for everything."""
    plain = score(graded(own))
    more = documents(
        paths=("index.html", "Dockerfile", *paths),
        imports={"streamlit": 3, **imports},
        files=(Document(path="README.md", words=5_000),),
        headings=tuple(Heading(path="R", line=1, level=2, title=text[:80], words=9, body=text) for text in written),
        statements=tuple(Statement(path="R", line=1, text=text) for text in written),
        decisions=tuple(decision(text[:80], text=text) for text in written),
        code_files=400,
    )
    extra = score(graded(own, work=work(documents=more, history=history(commits=400, hours=90.0, high_hours=300.0))))
    assert (extra.score, extra.earned, extra.criteria, extra.gates) == (
        plain.score,
        plain.earned,
        plain.criteria,
        plain.gates,
    )
    assert [item.seen for item in extra.work.scope if item.kind == "extra"] != [()]


@few
@given(verdicts, sentences, st.none() | st.floats(0, 900), st.dictionaries(names, st.floats(0, 1), max_size=3))
def test_what_the_candidate_says_changes_nothing(own, left_out, hours, claims):
    """What is named as left out is not counted a second time; hours and claims are never points."""
    said = manifest(left_out=left_out, hours=hours, claims=claims)
    plain, told = score(graded(own, manifest=manifest())), score(graded(own, manifest=said))
    assert (plain.score, plain.criteria, plain.concerns) == (told.score, told.criteria, told.concerns)


def test_left_out_is_named_where_its_loss_is():
    """A sentence that speaks of a criterion is shown with it: one loss, told in two places, counted in one."""
    rows = rubric()["criterion"]
    rows[0] |= {"asks": "Documents are stored and deleted.", "candidate_text": "Whether documents are stored."}
    card = score(
        evidence(
            {"api.two": ["failed"]},
            Challenge.model_validate(rubric() | {"criterion": rows}),
            manifest=manifest(left_out=["Stored documents are never deleted.", "Dark mode."]),
            work=work(own_tests=None),
        )
    )
    assert [(fact.text, fact.criteria) for fact in card.work.left_out] == [
        ("Stored documents are never deleted.", ("api",)),
        ("Dark mode.", ()),
    ]


def test_a_question_on_what_is_left_out_says_so():
    """A red flag about something that the candidate named is a question that knows it."""
    card = score(graded({"api.two": ["failed"]}, manifest=manifest(left_out=["There is no fallback in an outage."])))
    assert {q.id: q.named_as_left_out for q in card.work.questions}["no_fallback"] is True
    card = score(graded({"api.two": ["failed"]}, manifest=manifest()))
    assert {q.id: q.named_as_left_out for q in card.work.questions}["no_fallback"] is False


@few
@given(verdicts, st.integers(0, 12), st.integers(0, 12), st.integers(0, 40))
def test_a_better_suite_never_lowers_the_score(own, caught, survived, reached):
    """One bug more that is noticed, or one line more that is reached, never costs anything."""

    def total(caught: int, survived: int, reached: int) -> float:
        return score(graded(own, work=work(own_tests=own_tests(caught, survived, sites_reached=reached)))).score

    assert total(caught + 1, survived, reached) >= total(caught, survived + 1, reached)
    if reached < 40:
        assert total(caught, survived, reached + 1) >= total(caught, survived, reached)


@few
@given(verdicts)
def test_own_tests_that_we_lost_never_lower_the_score(own):
    """Our failure is not assessed: never less than what tests that notice nothing would give."""
    lost = score(graded(own, work=work(own_tests=None), work_failures=(failure("infrastructure", "own_tests"),)))
    none = score(graded(own, work=work(own_tests=own_tests(base=None, test_files=(), mutants=()))))
    assert row(lost, "tests").points is None
    assert row(lost, "tests").assessed_weight == 0
    assert lost.score >= none.score


@few
@given(verdicts, st.sampled_from(["api.one", "api.two", "quality.recall"]))
def test_not_assessed_is_never_less_than_failed(own, name):
    """A check that we lost counts for nothing; the same check failed counts against."""
    lost = score(graded(own | {name: [LOST] * len(own[name])}))
    failed = score(graded(own | {name: ["failed"] * len(own[name])}))
    assert lost.score >= failed.score


@few
@given(verdicts, st.randoms(use_true_random=False))
def test_order_never_matters(own, rng):
    """The order of checks, bugs, headings and decisions in the evidence moves no point."""
    first = graded(own, work=work(own_tests=own_tests(5, 3, 2)))
    bugs = list(first.work.own_tests.mutants)
    phases = [phase.model_copy(update={"checks": tuple(reversed(phase.checks))}) for phase in first.phases]
    rng.shuffle(bugs)
    rng.shuffle(phases)
    again = graded(own, phases=tuple(phases), work=work(own_tests=own_tests(mutants=tuple(bugs), planned=10)))
    assert score(again).criteria == score(first).criteria


# --- three: caps --------------------------------------------------------------------------------------


@few
@given(verdicts, st.integers(0, 12))
def test_own_tests_never_lift_a_cap(own, caught):
    """A closed gate holds whatever the tests are worth."""
    broken = own | {"api.one": ["failed"] * 3, "api.two": ["failed"]}
    card = score(graded(broken, work=work(own_tests=own_tests(caught, 0, sites_reached=40))))
    assert card.score <= 40


# --- four: time ---------------------------------------------------------------------------------------


@few
@given(verdicts, st.integers(0, 500), st.booleans(), st.sampled_from(["flag", "grade-at-deadline"]))
def test_time_is_never_points(own, late, backwards, rule):
    """Commits after the deadline, dates that run backwards and single commits are facts beside the score."""
    facts = history(late_commits=late, deadline="2026-01-05T10:00:00+00:00", backwards_total=int(backwards), commits=1)
    other = work_rubric(late=rule)
    card = score(evidence(own, other, work=work(history=facts)))
    assert (card.score, card.criteria) == (score(graded(own)).score, score(graded(own)).criteria)
    assert card.work.history == facts


def test_green_is_where_a_suite_begins():
    """The helper's suite is green: the tests above rest on it."""
    assert run().outcome == "green"
    assert row(score(graded()), "tests").share == pytest.approx(0.375 / 0.4, abs=1e-3)
