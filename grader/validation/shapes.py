"""What a validation finds: proofs, each with findings, numbers and rows; and what a challenge's author asks of it."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from grader.challenge import ChallengeFolder, Identifier
from grader.errors import ChallengeError
from grader.record import Record

Text = Annotated[str, Field(min_length=1)]
DEMANDS = "validation.toml"
TITLES = {
    "rubric": "The rubric and the brief say the same",
    "scope": "Every check asks for what the brief says, and can fail",
    "leaks": "Nothing hidden is told",
    "ladder": "Every solution lands where it says, for its reasons",
    "mutants": "The checks notice mutants",
    "flakes": "The same submission gets the same verdicts",
    "budgets": "The reference has room within its limits",
    "editions": "Another edition of the data gives the same points",
    "baselines": "The baselines are what is stored, and the scales follow from them",
}
"""Every proof, in the order of the page, and what it shows."""


class Kind(StrEnum):
    """What a solution is there to show."""

    REFERENCE = "reference"
    """Honest and whole: all points."""
    WEAK = "weak"
    """Honest, with one designed flaw: loses what the flaw costs and nothing else."""
    CHEAT = "cheat"
    """Works around the task: nothing."""
    NULL = "null"
    """Answers without looking (an empty 200, a random order): a pinned score."""
    STARTER = "starter"
    EMPTY = "empty"


class DesignedMutant(Record):
    """A change of the mutated reference that a named check is there to notice."""

    id: Identifier
    path: Text
    """File of the solution, relative to its folder."""
    old: Text
    """Text that stands in it exactly once."""
    new: str
    kills: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """The checks that must lose points by it."""
    needs: tuple[Identifier, ...] = ()
    """Checks that have to run before those, such as one that stores what is looked for after a restart."""


class Survivor(Record):
    """A drawn mutant that no check notices, and why that is right."""

    id: Text
    reason: Literal["equivalent", "accepted"]
    """``equivalent``: nothing that the brief promises differs. ``accepted``: it does, and need not be noticed."""
    why: Text


class MutantsAsked(Record):
    """How a reference is mutated."""

    of: Identifier = "reference"
    drawn: Annotated[int, Field(ge=0, le=1_000)] = 80
    quick: Annotated[int, Field(ge=0, le=1_000)] = 6
    """So many designed ones in a quick run."""
    seed: int = 1
    least_killed: Annotated[float, Field(ge=0, le=1)] = 0.95


class Demands(Record):
    """``validation.toml``: how much is to be shown. The defaults are the house's."""

    references: int = 3
    weak: int = 6
    cheats: int = 4
    nulls: int = 2
    quick: tuple[str, ...] = ()
    """The solutions of a quick run."""
    repeats: Annotated[int, Field(ge=2, le=500)] = 50
    quick_repeats: Annotated[int, Field(ge=2, le=50)] = 2
    spread: float = 1.0
    """Points between the highest and the lowest score of the repeats."""
    editions: tuple[str, ...] = ()
    """Solutions that earn the same with every edition of the data."""
    edition_spread: float = 3.0
    """Points between the editions."""
    brief_words: int = 1_000
    drawn_alike: tuple[str, ...] = ()
    """Hidden data that share sentences with the public data by design, since a model is to learn from those.

    Canaries and the strings of the hidden checks are looked for all the same.
    """
    baselines: tuple[str, ...] = ()
    """A command of the challenge's own, run in its folder; it prints findings (see grader/validation/own.py)."""
    mutants: MutantsAsked = MutantsAsked()
    designed: tuple[DesignedMutant, ...] = Field(default=(), alias="mutant")
    survivors: tuple[Survivor, ...] = Field(default=(), alias="survivor")

    model_config = Record.model_config | {"populate_by_name": True}


class Finding(Record):
    """Something that does not hold."""

    subject: Text
    """The check, solution, file or mutant that it is about."""
    message: Text
    next_step: Text
    path: str = ""
    """File in the challenge's folder."""
    level: Literal["error", "warning"] = "error"


class Row(Record):
    """One line of a proof's table."""

    subject: str
    held: bool
    cells: tuple[str, ...] = ()


class Proof(Record):
    """One of the things to be shown."""

    id: Identifier
    title: Text
    state: Literal["held", "broken", "skipped"]
    sentence: Text
    findings: tuple[Finding, ...] = ()
    heads: tuple[str, ...] = ()
    """What the cells of the rows are."""
    rows: tuple[Row, ...] = ()
    seconds: float = 0.0


class Validation(Record):
    """``validation.json``: whether a challenge is fair, as shown on one engine at one time."""

    schema_version: Literal[1] = 1
    challenge: str
    version: str
    mode: Literal["quick", "full"]
    began_at: str
    seconds: float
    challenge_digest: str
    harness_digest: str
    proofs: tuple[Proof, ...]

    @property
    def held(self) -> bool:
        """Whether nothing is broken."""
        return all(proof.state != "broken" for proof in self.proofs)


def read_demands(folder: ChallengeFolder) -> Demands:
    """What the author asks to be shown; the house's defaults where there is no file.

    Raises:
        ChallengeError: ``validation.invalid``.
    """
    path = folder.root / DEMANDS
    if not path.is_file():
        return Demands()
    try:
        return Demands.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise ChallengeError(
            "validation.invalid",
            f"{DEMANDS} of {folder.challenge.id} is not valid.",
            next_step="Mend it; grader/validation/shapes.py describes every field.",
            detail=str(error),
        ) from None
