from __future__ import annotations

import numpy as np
import pytest

from triage.odds import payoff, probabilities, undecided, verdict, worth
from triage.terms import DESKS, FRAUD, Verdict


def _odds(**shares: float) -> np.ndarray:
    return np.array([shares.get(desk, 0.0) for desk in DESKS])


def test_probabilities() -> None:
    assert probabilities(np.array([[0.0, np.log(4)], [900.0, 900.0]])) == pytest.approx(
        np.array([[0.2, 0.8], [0.5, 0.5]])
    )


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"outage": 1.0}, 1.0),
        ({"outage": 0.8, "billing": 0.2}, 0.8 - 0.6),
        ({"outage": 0.8, "security": 0.2}, 0.8 - 2.0),
        ({"security": 0.8, "outage": 0.2}, 0.8 - 0.6),
    ],
)
def test_worth(shares: dict[str, float], expected: float) -> None:
    assert worth(_odds(**shares)) == pytest.approx(expected)


@pytest.mark.parametrize(("share", "route"), [(0.77, "human"), (0.78, "auto")])
def test_the_route_wants_more_than_caution(share: float, route: str) -> None:
    assert verdict(_odds(refund=share, billing=1 - share)) == Verdict("refund", share, route)


def test_confidence_is_rounded() -> None:
    assert verdict(_odds(refund=0.77777, billing=0.2)).confidence == 0.778


def test_undecided() -> None:
    assert undecided() == Verdict("billing", 0.1, "human")


def test_payoff() -> None:
    guesses = np.array([0, 0, 0, FRAUD])
    truth = np.array([0, 1, FRAUD, FRAUD])
    assert payoff(guesses, truth, np.ones(4, dtype=bool)) == 1 - 3 - 10 + 1
    assert payoff(guesses, truth, np.array([True, True, False, False])) == -2


def test_ten_desks() -> None:
    assert len(set(DESKS)) == 10
    assert DESKS[FRAUD] == "security"
