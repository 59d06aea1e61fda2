"""The verdict of one phase as data, and how it reaches the disk: last, whole, or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.probe.errors import Blame, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one repeat ended. Only ``candidate`` may cost points."""

    outcome: Outcome
    blame: Blame | None = None
    message: str = ""
    expected: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """One repeat of one check."""

    index: int
    seed: int
    verdict: Verdict
    seconds: float = 0.0
    service_stopped: bool = False
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The shape of ``repeats`` in the results file."""
        return {
            "index": self.index,
            "seed": self.seed,
            **asdict(self.verdict),
            "seconds": round(self.seconds, 6),
            "service_stopped": self.service_stopped,
            "exchanges": self.exchanges,
            "measures": self.measures,
        }


def write_json(path: Path, value: object) -> None:
    """Write a file so that it is either whole or absent: temporary file, fsync, rename, fsync of the folder."""
    data = json.dumps(value, allow_nan=False, indent=1).encode("ascii")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.tmp")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
