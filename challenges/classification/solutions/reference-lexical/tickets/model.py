"""The trained model: from a ticket's two texts to its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tickets.calibration import Floats, softmax
from tickets.categories import CATEGORIES
from tickets.chatter import Chatter
from tickets.features import Features
from tickets.routing import expected_gain


@dataclass(frozen=True)
class Answer:
    """What the service says about a ticket."""

    category: str
    confidence: float
    route: str

    def public(self) -> dict[str, object]:
        """The answer as JSON."""
        return {"category": self.category, "confidence": self.confidence, "route": self.route}


@dataclass(frozen=True)
class Card:
    """What the service says about the model."""

    version: str
    training_sha256: str
    macro_f1: float

    def public(self) -> dict[str, object]:
        """The card as JSON."""
        claims = {"macro_f1": self.macro_f1}
        return {"version": self.version, "training_sha256": self.training_sha256, "claims": claims}


@dataclass(frozen=True)
class Tuning:
    """What was set on the validation tickets."""

    temperature: float
    margin: float


class Model:
    """Stateless after loading, so safe in several threads."""

    def __init__(
        self, *, card: Card, chatter: Chatter, features: Features, weights: Floats, offsets: Floats, tuning: Tuning
    ) -> None:
        self.card = card
        self.chatter = chatter
        self.features = features
        self.weights = weights
        self.offsets = offsets
        self.tuning = tuning

    def classify(self, subject: str, body: str) -> Answer:
        """The answer to one ticket."""
        core = self.chatter.core(subject, body)
        row = self.features.rows([core])
        if self.features.known_words(row) == 0:
            return self._nothing_said()
        probabilities = softmax((row @ self.weights.T + self.offsets) / self.tuning.temperature)
        best = int(probabilities[0].argmax())
        auto = bool(expected_gain(probabilities)[0] > self.tuning.margin)
        return Answer(CATEGORIES[best], round(float(probabilities[0, best]), 4), "auto" if auto else "human")

    def _nothing_said(self) -> Answer:
        """A category has to be named; nothing speaks for it, and a person will look."""
        best = int(np.argmax(self.offsets))
        return Answer(CATEGORIES[best], round(1 / len(CATEGORIES), 4), "human")
