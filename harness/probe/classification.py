"""Measures of classifiers and of their confidence, as published, in plain Python.

Labels are texts; ``gold`` and ``guess`` are lists of the same length. The definitions of F1 and AUROC are those of
scikit-learn 1.9 (``f1_score``, ``roc_auc_score``), zero where a share has nothing to divide by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TypeVar

from harness.probe.metrics import mean

A = TypeVar("A")
B = TypeVar("B")


def accuracy(gold: Sequence[str], guess: Sequence[str]) -> float:
    """Share of labels that are right."""
    return mean([float(a == b) for a, b in _together(gold, guess)])


def recall_of(gold: Sequence[str], guess: Sequence[str], label: str) -> float:
    """Share of the items of one label that were given it; 0 without any."""
    hits = [a == b for a, b in _together(gold, guess) if a == label]
    return sum(hits) / len(hits) if hits else 0.0


def macro_f1(gold: Sequence[str], guess: Sequence[str], labels: Collection[str] | None = None) -> float:
    """Mean over labels of F1, each counting the same; by default over the labels that occur in ``gold``."""
    return macro_f1_of(Counter(_together(gold, guess)), labels)


def macro_f1_of(pairs: Counter[tuple[str, str]], labels: Collection[str] | None = None) -> float:
    """As :func:`macro_f1`, of how often each pair of gold label and guess occurs."""
    right: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    guess: Counter[str] = Counter()
    for (is_label, given), count in pairs.items():
        gold[is_label] += count
        guess[given] += count
        if is_label == given:
            right[is_label] += count
    wanted = list(gold) if labels is None else list(labels)
    return mean([2 * right[x] / (gold[x] + guess[x]) if gold[x] + guess[x] else 0.0 for x in wanted])


def calibration_error(correct: Sequence[bool], confidence: Sequence[float], bins: int = 15) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over bins of equal width, by their size.

    Naeini et al. 2015, with the bins of Guo et al. 2017: a bin holds its upper edge, the first its lower one too.
    """
    edges: dict[int, list[tuple[bool, float]]] = {}
    for right, sure in _together(correct, confidence):
        place = min(bins - 1, max(0, -int(-sure * bins // 1) - 1))
        edges.setdefault(place, []).append((right, sure))
    total = len(correct)
    gaps = [(len(of), abs(mean([float(r) for r, _ in of]) - mean([c for _, c in of]))) for of in edges.values()]
    return sum(size * gap / total for size, gap in gaps)


def brier_score(correct: Sequence[bool], confidence: Sequence[float]) -> float:
    """Mean squared gap between the confidence in the given label and its being right (Brier 1950, of two outcomes)."""
    return mean([(sure - right) ** 2 for right, sure in _together(correct, confidence)])


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a score of ``positive`` is above one of ``negative``, ties counting half (Mann and Whitney 1947).

    Raises:
        ValueError: one of them is empty.
    """
    if not positive or not negative:
        message = "a rank statistic needs scores of both kinds"
        raise ValueError(message)
    ordered = sorted([(score, True) for score in positive] + [(score, False) for score in negative])
    below = won = 0.0
    place = 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        tied = [kind for _, kind in ordered[place:end]]
        ups, downs = tied.count(True), tied.count(False)
        won += ups * (below + downs / 2)
        below += downs
        place = end
    return won / (len(positive) * len(negative))


def _together(one: Sequence[A], other: Sequence[B]) -> list[tuple[A, B]]:
    if len(one) != len(other):
        message = f"{len(one)} and {len(other)} values do not belong together"
        raise ValueError(message)
    return list(zip(one, other, strict=True))
