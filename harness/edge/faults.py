"""Faults the probe orders: what the gateway answers in place of embeddings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_RULES = 16
MAX_TIMES = 1_000
MAX_SECONDS = 60.0
STATUSES = range(400, 600)

_FIELDS = {
    "status": ({"status"}, {"retry_after_s"}),
    "hang": ({"seconds"}, set[str]()),
    "slow": ({"seconds"}, set[str]()),
    "garbage": (set[str](), set[str]()),
}
"""Per kind: required and optional fields beside ``kind`` and ``times``."""


class FaultError(ValueError):
    """The probe's order is malformed; the message says where."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """One fault. ``times`` counts down; None lasts until the rules are replaced or cleared."""

    kind: str
    times: int | None
    status: int = 0
    retry_after_s: float | None = None
    seconds: float = 0.0


class Faults:
    """The rules in force, used up in the order given; set by one thread and taken by another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def replace(self, rules: list[Rule]) -> None:
        """Put these rules in place of whatever was left."""
        with self._lock:
            self._rules = list(rules)

    def clear(self) -> int:
        """Remove all rules; returns how many were left."""
        with self._lock:
            left = len(self._rules)
            self._rules = []
            return left

    def take(self) -> Rule | None:
        """The rule for this call, counted down; None when the call is to succeed."""
        with self._lock:
            if not self._rules:
                return None
            rule = self._rules[0]
            if rule.times is not None:
                rule.times -= 1
                if rule.times == 0:
                    self._rules.pop(0)
            return rule


def parse_rules(document: object) -> list[Rule]:
    """Rules from a control request's JSON; raises :class:`FaultError` on anything unexpected."""
    if not isinstance(document, dict) or document.keys() != {"rules"}:
        raise FaultError("The body must be an object with the one field 'rules'.")
    entries = document["rules"]
    if not isinstance(entries, list) or len(entries) > MAX_RULES:
        raise FaultError(f"'rules' must be a list of at most {MAX_RULES}.")
    return [_parse_rule(entry, f"rules[{i}]") for i, entry in enumerate(entries)]


def _parse_rule(entry: object, where: str) -> Rule:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(kind, str) or kind not in _FIELDS:
        raise FaultError(f"{where}.kind must be one of {', '.join(sorted(_FIELDS))}.")
    required, optional = _FIELDS[kind]
    given = set(entry) - {"kind", "times"}
    if not required <= given <= required | optional:
        raise FaultError(f"{where}: '{kind}' takes {sorted(required | optional)}, not {sorted(given)}.")
    times = entry.get("times", 1)
    return Rule(
        kind=kind,
        times=None if times is None else int(_number(times, f"{where}.times", _whole(1, MAX_TIMES))),
        status=int(_number(entry.get("status", 400), f"{where}.status", _whole(STATUSES.start, STATUSES.stop - 1))),
        retry_after_s=_optional_seconds(entry.get("retry_after_s"), f"{where}.retry_after_s"),
        seconds=_number(entry.get("seconds", 0), f"{where}.seconds", _seconds),
    )


def _optional_seconds(value: object, where: str) -> float | None:
    return None if value is None else _number(value, where, _seconds)


def _number(value: object, where: str, allowed: Callable[[float], bool]) -> float:
    # A bool is an int to Python, and NaN fails every comparison.
    if isinstance(value, bool) or not isinstance(value, int | float) or not allowed(value):
        raise FaultError(f"{where} is out of range.")
    return value


def _whole(least: int, most: int) -> Callable[[float], bool]:
    return lambda value: isinstance(value, int) and least <= value <= most


def _seconds(value: float) -> bool:
    return 0 <= value <= MAX_SECONDS


def describe(rule: Rule) -> str:
    """The rule's short name in the ledger: ``status:429``, ``hang``."""
    return f"{rule.kind}:{rule.status}" if rule.kind == "status" else rule.kind


def retry_after(rule: Rule) -> Mapping[str, str]:
    """The ``Retry-After`` header that the rule asks for, if any."""
    return {} if rule.retry_after_s is None else {"retry-after": f"{rule.retry_after_s:g}"}
