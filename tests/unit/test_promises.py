"""What counts as held, and who is refused when it is not."""

from __future__ import annotations

import pytest

from grader.errors import InfrastructureError, UsageError
from grader.sandbox.promises import IDS, PROMISES, Trial, Verdict, accepted, as_rows, broken, require_promises

HELD = tuple(Verdict(promise=name, state="held", saw="refused") for name in IDS)


def trial(*verdicts: Verdict) -> Trial:
    """A trial of an engine that is known here alone."""
    return Trial(engine="20", runtime="runc", kernel="6", key="k", verdicts=verdicts)


def test_ids_are_unique_and_every_promise_says_what_to_do():
    """Each id stands once; each promise has a sentence, a meaning and a mend."""
    assert len(set(IDS)) == len(IDS)
    assert all(text.endswith(".") for p in PROMISES for text in (p.sentence, p.means, p.mend))


def test_all_held_is_let_through():
    """An engine that holds everything passes, and nothing is said of mends."""
    require_promises(trial(*HELD), ())
    assert {row["mend"] for row in as_rows(trial(*HELD), ())} == {""}


@pytest.mark.parametrize("state", ["not held", "not tried"])
def test_what_is_not_held_or_not_tried_is_named(state):
    """One promise not held, or not tried, refuses the engine by name; accepted it does not."""
    bad = Verdict(promise=IDS[3], state=state, saw="tcp reached 10.0.0.1")
    with pytest.raises(InfrastructureError) as caught:
        require_promises(trial(*HELD[:3], bad, *HELD[4:]), ())
    assert caught.value.code == "engine.not_held"
    assert IDS[3] in caught.value.message
    assert "10.0.0.1" in caught.value.detail
    require_promises(trial(*HELD[:3], bad, *HELD[4:]), {IDS[3]})
    row = as_rows(trial(*HELD[:3], bad, *HELD[4:]), {IDS[3]})[3]
    assert (row["state"], row["accepted"]) == (state, True)


def test_a_promise_that_nobody_saw_is_not_held():
    """A trial that says nothing of a promise, or nothing at all, holds nothing: absence is no evidence."""
    assert [verdict.promise for verdict in broken(trial(*HELD[1:]), ())] == [IDS[0]]
    assert [verdict.state for verdict in broken(trial(), ())] == ["not tried"] * len(IDS)


def test_an_unknown_acceptance_is_refused():
    """Accepting what is no promise is an error of use."""
    assert accepted([IDS[0]]) == {IDS[0]}
    with pytest.raises(UsageError) as caught:
        accepted([IDS[0], "egress.all"])
    assert caught.value.code == "settings.accept"
    assert "egress.all" in caught.value.message
