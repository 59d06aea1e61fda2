"""The smallest views, which every section uses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Evidence by its id; ``anchor`` is None when the page does not hold it."""

    anchor: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An outcome: icon and word, never colour alone."""

    css: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and its value; ``code`` asks for the monospaced face."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a bar, in thousandths of its length."""

    css: str
    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar and the sentence that says the same."""

    sentence: str
    segments: tuple[Segment, ...]
    tick: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """One part of the weight: how much, and what it is."""

    css: str
    weight: str
    text: str
