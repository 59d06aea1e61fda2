"""What a hidden check is given besides the service: its mark, ``expect``, ``measure`` and ``state``."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import pytest

from harness.probe.errors import CheckFailed, StateMissing
from harness.probe.results import write_json
from harness.probe.text import show

Test = TypeVar("Test", bound=Callable[..., object])

MARK: Final = "check"


def check(check_id: str) -> Callable[[Test], Test]:
    """Mark a function as the test of one planned check: ``@check("crud.visible")``."""
    mark = getattr(pytest.mark, MARK)(check_id)

    def decorate(test: Test) -> Test:
        marked: Test = mark(test)
        return marked

    return decorate


_UNSAID: Final = object()


def expect(condition: object, expected: str, seen: object = _UNSAID) -> None:
    """Fail the check unless the condition holds, with words for the report.

    Args:
        condition: anything; its truth counts.
        expected: what the brief promises, to follow "Expected ...".
        seen: what came instead; text, or a value to be shown shortened.

    Raises:
        CheckFailed: the condition does not hold.
    """
    if not condition:
        raise CheckFailed(expected, "" if seen is _UNSAID else show(seen))


class Measures:
    """Collects the numbers of one repeat: ``measure("ndcg_at_10", 0.61, low=0.58, high=0.64, n=120)``."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Any]] = {}

    def __call__(
        self,
        name: str,
        value: float,
        *,
        low: float | None = None,
        high: float | None = None,
        n: int | None = None,
        unit: str = "",
    ) -> None:
        """Record one number.

        Args:
            name: unique within the repeat.
            value: finite.
            low: lower end of its interval.
            high: upper end of its interval.
            n: how many observations it stands on.
            unit: such as ``ms``; empty for a share.

        Raises:
            ValueError: a number is not finite, or the name was measured before.
        """
        if name in self.found:
            message = f"{name} was measured twice"
            raise ValueError(message)
        self.found[name] = {
            "value": _finite(name, value),
            "low": None if low is None else _finite(name, low),
            "high": None if high is None else _finite(name, high),
            "n": None if n is None else int(n),
            "unit": unit,
        }


def _finite(name: str, value: float) -> float:
    number = math.nan if isinstance(value, bool) else float(value)
    if not math.isfinite(number):
        message = f"{name} is not a finite number: {value!r}"
        raise ValueError(message)
    return number


class State(dict[str, Any]):
    """A mapping of JSON values that outlives the phase; saved after every repeat.

    Asking it for a key that nobody stored raises :class:`~harness.probe.errors.StateMissing`.
    """

    def __init__(self, path: Path) -> None:
        kept = json.loads(path.read_bytes()) if path.exists() else {"values": {}, "failed": []}
        super().__init__(kept["values"])
        self._failed: list[str] = kept["failed"]
        self._path = path
        self._saved = self._text()

    def __missing__(self, key: str) -> NoReturn:
        raise StateMissing(key, self._failed)

    def failed(self, check_id: str) -> None:
        """Remember that a check failed through the service: what it was to store may be missing."""
        if check_id not in self._failed:
            self._failed.append(check_id)
            self.save()

    def save(self) -> None:
        """Write it if it changed.

        Raises:
            TypeError: a value is not JSON (a bug of the check); what was saved before comes back.
            ValueError: likewise, for NaN.
        """
        try:
            text = self._text()
        except (TypeError, ValueError, RecursionError):
            self.clear()
            self.update(json.loads(self._saved)["values"])
            raise
        if text != self._saved:
            write_json(self._path, json.loads(text))
            self._saved = text

    def _text(self) -> str:
        return json.dumps({"values": self, "failed": self._failed}, allow_nan=False, sort_keys=True)
