"""Who sees a ticket first, by what a mistake costs."""

from __future__ import annotations

import numpy as np

from tickets.calibration import Floats, Labels
from tickets.categories import SECURITY

RIGHT = 1.0
WRONG = -3.0
SECURITY_MISSED = -10.0


def expected_gain(probabilities: Floats) -> Floats:
    """What an automatic route to the likeliest category earns on average, per row.

    The probabilities of a row may sum to less than one: the rest is that no category is right.
    """
    rows = np.arange(len(probabilities))
    best = probabilities.argmax(axis=1)
    right = probabilities[rows, best]
    missed = np.where(best == SECURITY, 0.0, probabilities[:, SECURITY])
    return RIGHT * right + SECURITY_MISSED * missed + WRONG * (1.0 - right - missed)


def earned(predicted: Labels, labels: Labels, auto: np.ndarray) -> float:
    """What the automatic routes among these tickets earned. A label of -1 is no category."""
    gains = np.where(predicted == labels, RIGHT, np.where(labels == SECURITY, SECURITY_MISSED, WRONG))
    return float(gains[auto].sum())
