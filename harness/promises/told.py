"""What a program saw, by promise."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 160


class Told:
    """Collects a verdict and an observation for each promise that a program tried."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[bool | None, str]] = {}

    def say(self, promise: str, saw: str, *, held: bool | None) -> None:
        """One promise: held, not held, or (None) not to be told from here."""
        self.seen[promise] = (held, saw[:_LONGEST])

    def refused(self, promise: str, allowed: Iterable[str], tried: Iterable[str]) -> None:
        """Held when nothing of what was tried was allowed."""
        allowed, tried = sorted(allowed), sorted(tried)
        saw = f"allowed: {', '.join(allowed)}" if allowed else f"refused: {', '.join(tried)}"
        self.say(promise, saw, held=not allowed)
