"""What a model's probabilities are measured by, with numpy alone.

Rows are tickets, columns categories; a row's confidence is its highest probability.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

BINS = 15
"""Of the expected calibration error, equally wide (Guo, Pleiss, Sun and Weinberger 2017)."""
WRONG_COSTS = 3.0
RESAMPLES = 2000
NEVER = 1.01
"""A confidence that no answer has."""

Array = Any


def macro_f1(truth: Array, told: Array, categories: int) -> float:
    """The mean over all categories of the harmonic mean of precision and recall; 0 where a category is never right."""
    counts = np.bincount(truth * categories + told, minlength=categories**2).reshape(categories, categories)
    sizes = counts.sum(axis=0) + counts.sum(axis=1)
    return float(np.mean(2 * np.diag(counts) / np.maximum(sizes, 1)))


def calibration_error(probabilities: Array, truth: Array) -> float:
    """Expected calibration error of the confidence."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(truth))


def brier(probabilities: Array, truth: Array) -> float:
    """The mean squared distance of the probabilities from the truth, over all categories: 0 to 2."""
    wanted = np.eye(probabilities.shape[1])[truth]
    return float(((probabilities - wanted) ** 2).sum(axis=1).mean())


def gains(probabilities: Array, truth: Array, threshold: float) -> Array:
    """What each ticket brings when those below a confidence are left to a person: 1 if right, −3 if wrong, else 0."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    return np.where(confidence < threshold, 0.0, np.where(right, 1.0, -WRONG_COSTS))


def best_threshold(probabilities: Array, truth: Array) -> float:
    """The confidence from which on answering brings most; beyond 1 where nothing brings more than any answer."""
    tried = np.append(np.unique(probabilities.max(axis=1)), NEVER)
    return float(max(tried, key=lambda threshold: gains(probabilities, truth, threshold).sum()))


def outside_auroc(inside: Array, outside: Array) -> float:
    """How well confidence tells tickets of the ten categories from others."""
    confidence = np.concatenate([inside.max(axis=1), outside.max(axis=1)])
    return float(roc_auc_score(np.arange(len(confidence)) < len(inside), confidence))


def interval(measure: Callable[[Array], float], count: int, seed: int = 1) -> list[float]:
    """A measure of all of so many rows, and the ends of its 95 % bootstrap interval.

    Where all resamples are alike the interval says nothing; it is then as wide as the rule of three has it.
    """
    rng = np.random.default_rng(seed)
    drawn = [measure(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    if low == high:
        low, high = low - 3 / count, high + 3 / count
    return [round(float(value), 4) for value in (measure(np.arange(count)), low, high)]
