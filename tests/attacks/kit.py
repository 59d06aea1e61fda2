"""What an attack is on disk."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from grader.errors import Blame
from grader.record import Record

HERE = Path(__file__).resolve().parent
BASES = HERE / "bases"
Words = Annotated[str, Field(min_length=10)]


class Expected(Record):
    """``expected.toml``: what an attack tries, and everything that must be true afterwards."""

    tries: Words
    """One sentence."""
    held_by: Words
    """What stands in its way, in one sentence."""
    base: Literal["echo", "raw", "node", "none"] = "echo"
    """The honest service that the attack's files are laid over."""
    challenge: Literal["echo", "wire"] = "echo"
    arguments: tuple[str, ...] = ("--local-network",)
    """More of the command line."""
    limits: dict[str, Any] = {}  # noqa: RUF012 - frozen by the record
    """Budgets other than the batch's."""
    environment: dict[str, str] = {}  # noqa: RUF012
    """Settings other than the batch's."""
    exit: int = 0
    score: tuple[float, float] | None
    """Lowest and highest right score; an empty list says that there must be none."""
    blame: Blame | None = None
    """Whose the failure is, or else the checks that did not pass; none when everything passes."""
    code: str | None = None
    """Error code of the failure, when the submission cannot be graded."""
    gates: tuple[str, ...] = ()
    """The gates that close, exactly."""
    racing: bool = False
    """Whom it hits is a matter of timing: that every check passes, or a gate of ``gates`` stays open, is right too.

    Then ``ends`` need not all have come either. Nothing else may happen, and the blame may be no other.
    """
    failing: tuple[str, ...] | None = None
    """The checks that do not pass, exactly; not compared when absent."""
    ends: tuple[str, ...] = ()
    """How the service's container ended by itself, without repetition."""
    faults: tuple[str, ...] | None = None
    """The kinds of HTTP fault that the probe saw, exactly; not compared when absent."""
    told: dict[str, Any] = {}  # noqa: RUF012
    """What the attack itself says it found out (``tells.tell``), exactly."""
    at_most: dict[str, float] = {}  # noqa: RUF012
    """What it says it could take, each at most this much; every name must be told."""
    says: str = ""
    """A regular expression that the command line's own words match."""
    notes: tuple[str, ...] = ()
    """What the fetch must have noted about the source."""
    counted: dict[str, int] = {}  # noqa: RUF012
    """Lowest number of counted linter findings by category."""
    never: tuple[str, ...] = ()
    """Text that may stand in no record of the grading, nor in the page."""
    escaped: tuple[str, ...] = ()
    """Text that must stand in the page, escaped."""
    leaks: bool = False
    """Whether it tells what it ``saw`` of the hidden requests, none of which may be in what a candidate is shown."""
    wall_s: float
    """The longest that the whole grading may take."""
    probe_mb: float = 64
    slice: bool = False
    """Whether ``make test`` runs it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One folder."""

    kind: str
    name: str
    folder: Path
    expected: Expected

    @property
    def id(self) -> str:
        """``kind/name``."""
        return f"{self.kind}/{self.name}"


def attacks() -> list[Attack]:
    """Every attack, by kind and name; raises ValueError for an expected.toml that is not valid."""
    found = []
    for path in sorted(HERE.glob("*/*/expected.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        if data.get("score") == []:
            data["score"] = None
        try:
            expected = Expected.model_validate(data)
        except ValueError as error:
            raise ValueError(f"{path.relative_to(HERE)}: {error}") from None
        folder = path.parent
        found.append(Attack(kind=folder.parent.name, name=folder.name, folder=folder, expected=expected))
    return found
