"""The measures of classifiers equal published implementations."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, recall_score, roc_auc_score

from harness.probe.classification import (
    accuracy,
    auroc,
    brier_score,
    calibration_error,
    macro_f1,
    macro_f1_of,
    recall_of,
)

CASES = 1_000
EXACT = {"abs": 1e-9, "rel": 0}


def drawn(case: int) -> tuple[random.Random, list[str], list[str]]:
    """Gold labels and guesses; small cases, in which labels are missing on either side, are frequent."""
    rng = random.Random(case)  # noqa: S311 - reproducible, not secret
    labels = "abcdefg"[: rng.randrange(1, 8)]
    size = rng.choice((1, 2, 5, 60))
    return rng, [rng.choice(labels) for _ in range(size)], [rng.choice("abcdefgh") for _ in range(size)]


def test_label_measures_equal_scikit_learn():
    """Accuracy, recall of a label and macro-F1, over the labels that occur and over a given list, to 1e-9."""
    for case in range(CASES):
        _, gold, guess = drawn(case)
        own = sorted(set(gold))
        assert accuracy(gold, guess) == pytest.approx(accuracy_score(gold, guess), **EXACT)
        given = {"average": "macro", "zero_division": 0}
        assert macro_f1(gold, guess) == pytest.approx(f1_score(gold, guess, labels=own, **given), **EXACT)
        every = list("abcdefghi")
        assert macro_f1(gold, guess, every) == pytest.approx(f1_score(gold, guess, labels=every, **given), **EXACT)
        assert macro_f1_of(Counter(zip(gold, guess, strict=True))) == macro_f1(gold, guess)
        one = recall_score(gold, guess, labels=[own[0]], average=None, zero_division=0)[0]
        assert recall_of(gold, guess, own[0]) == pytest.approx(one, **EXACT)
        assert recall_of(gold, guess, "nowhere") == 0


def test_rank_and_square_equal_scikit_learn():
    """AUROC with ties, and the Brier score of a given label, to 1e-9."""
    for case in range(CASES):
        rng, gold, guess = drawn(case)
        scores = [[rng.choice((0.1, 0.2, rng.random())) for _ in range(rng.randrange(1, 30))] for _ in range(2)]
        known = roc_auc_score([1] * len(scores[0]) + [0] * len(scores[1]), scores[0] + scores[1])
        assert auroc(*scores) == pytest.approx(known, **EXACT)
        right = [a == b for a, b in zip(gold, guess, strict=True)]
        sure = [rng.random() for _ in right]
        if len(set(right)) == 2:
            assert brier_score(right, sure) == pytest.approx(brier_score_loss(right, sure), **EXACT)


def test_calibration_error_equals_its_definition():
    """Fifteen bins of equal width, right-closed, the first closed on both sides; edges themselves included."""
    edges = np.linspace(0, 1, 16)
    for case in range(CASES):
        rng, gold, guess = drawn(case)
        right = np.array([a == b for a, b in zip(gold, guess, strict=True)], dtype=float)
        sure = np.array([rng.choice((0, 1, 0.2, rng.choice(edges.tolist()), rng.random())) for _ in right])
        total = 0.0
        for low, high in pairwise(edges):
            inside = (sure > low) & (sure <= high) | ((low == 0) & (sure == 0))
            if inside.any():
                total += abs(right[inside].mean() - sure[inside].mean()) * inside.mean()
        assert calibration_error([bool(r) for r in right], sure.tolist()) == pytest.approx(total, **EXACT)


@pytest.mark.parametrize("scores", [([], [0.5]), ([0.5], [])])
def test_a_rank_statistic_needs_both_kinds(scores):
    """Scores of one kind alone are refused."""
    with pytest.raises(ValueError, match="both kinds"):
        auroc(*scores)


def test_lists_of_different_lengths_are_refused():
    """Labels that do not belong together are a mistake of the check, not a measure."""
    with pytest.raises(ValueError, match="do not belong together"):
        accuracy(["a"], ["a", "b"])
