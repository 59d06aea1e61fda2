"""Scores into probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_TEMPERATURES = np.exp(np.linspace(np.log(0.1), np.log(10.0), 401))


def softmax(scores: Floats) -> Floats:
    """Rows of scores as rows of probabilities."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=1, keepdims=True)


def log_loss(probabilities: Floats, labels: Labels) -> float:
    """Mean negative logarithm of the probability given to the true label."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def fit_temperature(scores: Floats, labels: Labels) -> float:
    """The divisor of the scores under which the labels are likeliest."""
    losses = [log_loss(softmax(scores / temperature), labels) for temperature in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def calibration_error(confidences: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width."""
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += inside.mean() * abs(confidences[inside].mean() - right[inside].mean())
    return float(error)
