"""Probabilities, what a route is worth, and the verdict."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.terms import DESKS, FRAUD, Verdict

Array = NDArray[np.float64]

GAIN = 1.0
LOSS = 3.0
FRAUD_LOSS = 10.0
# Tickets of no desk are in no file: what a route promises is discounted by this much.
CAUTION = 0.1


def probabilities(scores: Array) -> Array:
    """Softmax over the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def worth(odds: Array) -> float:
    """The expected value of sending a ticket to its likeliest desk unseen."""
    best = int(odds.argmax())
    fraud = 0.0 if best == FRAUD else float(odds[FRAUD])
    right = float(odds[best])
    return GAIN * right - FRAUD_LOSS * fraud - LOSS * (1.0 - right - fraud)


def verdict(odds: Array) -> Verdict:
    """The answer for these odds."""
    best = int(odds.argmax())
    route = "auto" if worth(odds) > CAUTION else "human"
    return Verdict(DESKS[best], round(float(odds[best]), 3), route)


def undecided() -> Verdict:
    """The answer to a ticket that says nothing: any desk is as likely, and a person looks."""
    return Verdict(DESKS[0], round(1 / len(DESKS), 3), "human")


def payoff(guesses: NDArray[np.int64], truth: NDArray[np.int64], sent: NDArray[np.bool_]) -> float:
    """What the routes that were sent unseen earned together."""
    missed = np.where(truth == FRAUD, FRAUD_LOSS, LOSS)
    return float(np.where(guesses == truth, GAIN, -missed)[sent].sum())
