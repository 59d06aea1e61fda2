"""What the grader asks of one phase, read once and checked."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

SCHEMA_VERSION: Final = 1


class PlanError(Exception):
    """The plan is missing, of another version, or of another shape; the grader's fault, and nothing can be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCheck:
    """One check: how often it runs and how long each repeat may take."""

    id: str
    repeats: int
    deadline_s: float
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One repeat of one check."""

    check: PlannedCheck
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How the submission's training ended that the service runs on; ``seconds`` is zero when there was none."""

    ok: bool
    sentence: str
    seconds: float
    files: Mapping[str, str]
    """SHA-256, in hex, of each file that it was given, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One phase; names as in ``plan-<phase>.json``, times in seconds.

    ``elsewhere`` names checks of the hidden files that another phase or pod runs; it may be left out.
    ``training`` is how the training ended that the service runs on, where the challenge has one.
    With ``until_failure`` nothing is asked any more once a check has failed: enough to know that one does.
    """

    schema_version: int
    run_id: str
    nonce: str
    phase: str
    seed: int
    ready_deadline_s: float
    recover_deadline_s: float
    phase_deadline_s: float
    exchange_deadline_s: float
    max_reply_bytes: int
    service_socket: str
    control_socket: str
    ready_path: str
    hidden_dir: str
    checks: tuple[PlannedCheck, ...]
    elsewhere: tuple[str, ...] = ()
    until_failure: bool = False
    training: Training | None = None

    def order(self) -> list[Slot]:
        """Every repeat in the order to run: groups as the plan has them, shuffled by the seed within a group."""
        groups: dict[str, list[Slot]] = {}
        for check in self.checks:
            slots = groups.setdefault(check.group, [])
            slots.extend(Slot(check=check, index=index) for index in range(check.repeats))
        for group, slots in groups.items():
            random.Random(derive(self.seed, self.phase, "order", group)).shuffle(slots)  # noqa: S311 - reproducible
        return [slot for slots in groups.values() for slot in slots]

    def seed_of(self, slot: Slot) -> int:
        """The seed of one repeat."""
        return derive(self.seed, slot.check.id, str(slot.index))

    def scratch_of(self, slot: Slot) -> str:
        """A prefix for names that no other repeat of the run uses, such as ``a3f90c1e-``."""
        return f"{derive(self.seed, self.phase, 'scratch', slot.check.id, str(slot.index)):016x}"[:8] + "-"


def derive(seed: int, *names: str) -> int:
    """A seed of 63 bits from the run's seed and some names, the same on every machine."""
    digest = hashlib.sha256(json.dumps([seed, *names]).encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def read_plan(path: Path, phase: str) -> Plan:
    """Read the plan of a phase.

    Raises:
        PlanError: it cannot be read, or is not a plan of this version and phase.
    """
    try:
        raw = json.loads(path.read_bytes())
        plan = _plan(raw)
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"{path} is not a plan: {type(error).__name__}: {error}"
        raise PlanError(message) from error
    if plan.schema_version != SCHEMA_VERSION or plan.phase != phase:
        message = f"{path} is a plan of version {plan.schema_version} for the phase {plan.phase!r}"
        raise PlanError(message)
    ids = [check.id for check in plan.checks]
    if len(set(ids)) != len(ids):
        message = f"{path} names a check twice"
        raise PlanError(message)
    return plan


def _plan(raw: Mapping[str, Any]) -> Plan:
    unknown = set(raw) - {field.name for field in fields(Plan)}
    if unknown:
        message = f"unknown names {sorted(unknown)}"
        raise ValueError(message)
    checks = tuple(
        PlannedCheck(
            id=str(check["id"]),
            repeats=_positive(check["repeats"]),
            deadline_s=_seconds(check["deadline_s"]),
            group=str(check["group"]),
        )
        for check in raw["checks"]
    )
    times = {name: _seconds(raw[name]) for name in raw if name.endswith("_deadline_s")}
    told = raw.get("training")
    training = None if told is None else Training(**told)
    others = {"checks": checks, "elsewhere": tuple(raw.get("elsewhere", ())), "training": training}
    return Plan(**{**raw, **times, **others, "max_reply_bytes": _positive(raw["max_reply_bytes"])})


def _positive(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        message = f"{value!r} is not a whole number of at least 1"
        raise ValueError(message)
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 86_400:  # noqa: PLR2004 - a day
        message = f"{value!r} is not a number of seconds"
        raise ValueError(message)
    return float(value)
