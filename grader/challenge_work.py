"""What a challenge declares about the work around the code: scope, documents, claims, error handling."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.record import Record

Words = Annotated[tuple[Annotated[str, Field(min_length=2, max_length=60)], ...], Field(max_length=20)]
Line = Annotated[str, Field(min_length=1, max_length=600)]


class ScopeItem(Record):
    """One thing that the brief asks for, or that it says is worth nothing."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
    title: Line
    kind: Literal["asked", "extra"]
    """``extra`` earns nothing and costs nothing."""
    signs: Words = ()
    """File patterns (``*.html``, ``docker*``) and ``import:NAME``, any of which shows that it is there."""


class WantedSection(Record):
    """A section that the brief asks the README for."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
    title: Line
    words: Annotated[Words, Field(min_length=1)]
    """Any of these in a heading, case aside."""


class DocumentsAsked(Record):
    """``[documents]``: what the brief asks to be written."""

    criterion: str = ""
    """The people-decided criterion that reads this."""
    sections: tuple[WantedSection, ...] = ()
    decisions: tuple[int, int] = (0, 0)
    """Fewest and most entries that the brief asks for."""


class ClaimSpec(Record):
    """A number that a candidate may state, and the measure of ours that stands beside it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_.@-]{1,100}$")]
    """As in ``[claims]`` of the manifest."""
    checks: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    measure: str
    """Of these checks; of several the mean, weighted by their sample sizes."""
    words: Words = ()
    """How prose names it: the number after one of these, in the same sentence, is a claim."""
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    """Added to our interval on both sides; where we have none, to our value."""


class Situation(Record):
    """One kind of trouble: the checks that made it, and the linter's rules that read the code for it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
    title: Line
    checks: tuple[str, ...] = ()
    """Ids of checks or of groups."""
    rules: tuple[str, ...] = ()
    """Beginnings of the linter's rule names (``E722``, ``S113``, ``ASYNC``)."""
    dependency: bool = False
    """Whether something outside of the service fails here."""


class ErrorHandling(Record):
    """``[error_handling]``: both sides of the people-decided criterion."""

    criterion: str = ""
    situations: tuple[Situation, ...] = Field(default=(), alias="situation")

    model_config = Record.model_config | {"populate_by_name": True}
