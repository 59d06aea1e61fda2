"""The two experts and how they are heard together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from triage.odds import Array, probabilities, undecided, verdict
from triage.smalltalk import SmallTalk
from triage.terms import DESKS, Ticket, Verdict
from triage.wording import Sparse, counted, weighed


@dataclass(frozen=True)
class Expert:
    """A linear opinion: a column of weights per desk, and what is thought without evidence."""

    weights: Array
    start: Array

    def of_vector(self, vector: Array) -> Array:
        """Scores from a dense vector."""
        return np.asarray(vector @ self.weights + self.start)

    def of_sparse(self, vector: Sparse) -> Array:
        """Scores from a sparse vector."""
        return np.asarray(vector.values @ self.weights[vector.places] + self.start)


@dataclass(frozen=True)
class Voices:
    """How loud each expert is."""

    meaning: float
    wording: float

    def heard(self, meaning: Array, wording: Array) -> Array:
        """The probabilities on which both agree."""
        return probabilities(self.meaning * meaning + self.wording * wording)


@dataclass(frozen=True)
class Passport:
    """What the service tells about the model."""

    version: str
    training_sha256: str
    macro_f1: float


@dataclass(frozen=True)
class Model:
    """Everything that training leaves behind."""

    passport: Passport
    smalltalk: SmallTalk
    rare: Array
    meaning: Expert
    wording: Expert
    voices: Voices

    def reasons(self, tickets: Sequence[Ticket]) -> list[str]:
        """What each ticket is about; empty for those that do not say."""
        return [self.smalltalk.reason(ticket) for ticket in tickets]

    def judge(self, reason: str, vector: Array) -> Verdict:
        """The verdict on one reason with its embedding. Tickets are judged one by one, so neighbours cannot matter."""
        wording = self.wording.of_sparse(weighed(counted(reason), self.rare))
        return verdict(self.voices.heard(self.meaning.of_vector(vector.astype(np.float64)), wording))

    @staticmethod
    def pass_on() -> Verdict:
        """The verdict on a ticket that does not say what it is about."""
        return undecided()

    def check(self) -> None:
        """Raise ValueError unless the parts fit together."""
        if self.meaning.weights.shape[1] != len(DESKS) or self.wording.weights.shape != (len(self.rare), len(DESKS)):
            raise ValueError("The parts of the model do not fit together.")
