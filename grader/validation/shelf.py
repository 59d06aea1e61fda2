"""What was seen before is not run again: each unit of a validation is kept under the name of all that it depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from grader.challenge import ChallengeFolder, tree_digest
from grader.errors import GraderError
from grader.record import Record
from grader.sandbox.images import Images, harness_digest
from grader.settings import Settings
from grader.validation.stand import Seen, attempted

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A folder of records, for one challenge as it is now, with these images and limits."""

    folder: Path
    identity: str

    @classmethod
    def of(cls, folder: ChallengeFolder, images: Images, settings: Settings, out: Path) -> Shelf:
        """The shelf in ``out`` for a challenge's digest, the harness, the images, the limits and the runtime."""
        parts = [folder.digest(), harness_digest(), images.ids, settings.limits.digest(), settings.runtime]
        return cls(folder=out / "units", identity=_digest(parts))

    def path(self, kind: str, name: str, depends: object) -> Path:
        """Where a unit lies, or would lie."""
        safe = "".join(c if c.isalnum() or c in "-." else "-" for c in name)[:80]
        return self.folder / kind / f"{safe}-{_digest([self.identity, kind, name, depends])[:16]}.json"

    def find(self, shape: type[R], kind: str, name: str, depends: object) -> R | None:
        """A unit that was seen before, on exactly what it depends on now."""
        path = self.path(kind, name, depends)
        if not path.is_file():
            return None
        try:
            return shape.load(path)
        except GraderError:
            return None

    def seen(self, kind: str, name: str, depends: object, run: Callable[[], Seen]) -> Seen:
        """What a run on a stand shows: as it was seen before, or now; trouble of ours is said and not kept.

        Raises:
            InfrastructureError: ``sandbox.closed``.
        """
        found = self.find(Seen, kind, name, depends)
        if found is None:
            found = attempted(run)
            if not found.trouble:
                self.keep(found, kind, name, depends)
        return found

    def keep(self, record: Record, kind: str, name: str, depends: object) -> None:
        """Keep a unit."""
        record.save(self.path(kind, name, depends))


def solution_digest(folder: Path) -> str:
    """SHA-256 over a solution's files."""
    return tree_digest(folder, (".",))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
