"""Fitting: labels by vote, weights by rarity, probabilities on tickets that were held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from tickets.calibration import Floats, Labels, calibration_error, fit_temperature, softmax
from tickets.categories import CATEGORIES
from tickets.duplicates import balanced, groups, shared_weights, voted_labels
from tickets.features import Features
from tickets.routing import earned, expected_gain

STRENGTH = 20.0
ITERATIONS = 400
FOLDS = 5
# A validation ticket is new and twice labelled: it counts for more than an exported one.
TRUST = 2.0


@dataclass(frozen=True)
class Corpus:
    """Texts with their labels; those after ``exported`` are validation tickets."""

    texts: Sequence[str]
    labels: Labels
    exported: int


@dataclass(frozen=True)
class Linear:
    """Features and one row of weights per category."""

    features: Features
    weights: Floats
    offsets: Floats

    def scores(self, texts: Sequence[str]) -> Floats:
        """One row per text, one column per category."""
        return np.asarray(self.features.rows(texts) @ self.weights.T + self.offsets)


@dataclass(frozen=True)
class Report:
    """What held-out validation tickets say about the model."""

    temperature: float
    macro_f1: float
    calibration_error: float
    utility: float
    auto_share: float


def fit(corpus: Corpus) -> Linear:
    """The classifier of a corpus."""
    group = groups(corpus.texts)
    labels = voted_labels(corpus.labels, group)
    labels[corpus.exported :] = corpus.labels[corpus.exported :]
    weights = shared_weights(group)
    weights[corpus.exported :] *= TRUST
    features = Features.learn(corpus.texts)
    learner = LogisticRegression(C=STRENGTH, max_iter=ITERATIONS)
    learner.fit(features.rows(corpus.texts), labels, sample_weight=balanced(weights, labels))
    full = np.zeros((len(CATEGORIES), features.width))
    offsets = np.full(len(CATEGORIES), -30.0)
    full[learner.classes_] = learner.coef_
    offsets[learner.classes_] = learner.intercept_
    return Linear(features, full, offsets)


def held_out_scores(corpus: Corpus) -> Floats:
    """Scores of the validation tickets, each by a model that saw neither it nor one that says the same."""
    texts = list(corpus.texts)
    new = texts[corpus.exported :]
    scores = np.zeros((len(new), len(CATEGORIES)))
    for kept, out in GroupKFold(FOLDS).split(new, groups=groups(new)):
        rows = [*range(corpus.exported), *(kept + corpus.exported).tolist()]
        part = Corpus([texts[row] for row in rows], corpus.labels[rows], corpus.exported)
        scores[out] = fit(part).scores([new[row] for row in out])
    return scores


def judge(scores: Floats, labels: Labels, margin: float) -> Report:
    """Temperature and figures for held-out scores."""
    temperature = fit_temperature(scores, labels)
    probabilities = softmax(scores / temperature)
    predicted = probabilities.argmax(axis=1)
    auto = expected_gain(probabilities) > margin
    return Report(
        temperature=temperature,
        macro_f1=float(f1_score(labels, predicted, average="macro", zero_division=0.0)),
        calibration_error=calibration_error(probabilities.max(axis=1), predicted == labels),
        utility=earned(predicted, labels, auto) / len(labels),
        auto_share=float(auto.mean()),
    )
