from __future__ import annotations

import numpy as np
import pytest

from tickets.categories import CATEGORIES, SECURITY
from tickets.routing import earned, expected_gain


def _row(**shares: float) -> np.ndarray:
    return np.array([[shares.get(category, 0.0) for category in CATEGORIES]])


@pytest.mark.parametrize(
    ("shares", "gain"),
    [
        ({"billing": 1.0}, 1.0),
        ({"billing": 0.75, "refund": 0.25}, 0.0),
        ({"billing": 0.9, "security": 0.1}, 0.9 - 1.0),
        ({"security": 0.9, "billing": 0.1}, 0.9 - 0.3),
        ({"billing": 0.6}, 0.6 - 1.2),  # the rest is no category at all
    ],
)
def test_expected_gain(shares: dict[str, float], gain: float) -> None:
    assert expected_gain(_row(**shares)) == pytest.approx([gain])


def test_security_is_where_it_should_be() -> None:
    assert CATEGORIES[SECURITY] == "security"
    assert len(set(CATEGORIES)) == 10


def test_earnings_count_automatic_routes_only() -> None:
    predicted = np.array([0, 0, 0, 0, SECURITY])
    labels = np.array([0, 1, SECURITY, -1, SECURITY])
    every = np.ones(5, dtype=bool)
    assert earned(predicted, labels, every) == 1 - 3 - 10 - 3 + 1
    assert earned(predicted, labels, np.array([True, True, False, False, False])) == -2
    assert earned(predicted, labels, ~every) == 0
