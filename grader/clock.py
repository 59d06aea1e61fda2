"""How long each stage of a grading takes, and telling whoever watches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from grader.evidence import StageTime


class Progress(Protocol):
    """Somebody who watches. Called from several threads."""

    def begin(self, stage: str, note: str) -> None:
        """A stage begins."""

    def note(self, stage: str, note: str) -> None:
        """Something worth a line happened in it."""

    def end(self, stage: str, seconds: float, note: str) -> None:
        """A stage ended well; ``note`` says what came of it."""


@dataclass(slots=True)
class Clock:
    """Times the stages and tells whoever watches."""

    progress: Progress
    _zero: float = field(default_factory=time.monotonic)
    _times: dict[str, StageTime] = field(default_factory=dict)
    _notes: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def stage(self, stage: str, note: str) -> Iterator[Callable[[str], None]]:
        """Time a stage; yields a function that says something worth a line."""
        began = time.monotonic()
        self.progress.begin(stage, note)
        yield lambda text: self.progress.note(stage, text)
        seconds = time.monotonic() - began
        with self._lock:
            came_of = self._notes.get(stage, "")
            self._times[stage] = StageTime(
                stage=stage, began_s=round(began - self._zero, 3), seconds=round(seconds, 3), note=came_of
            )
        self.progress.end(stage, seconds, came_of)

    def came_of(self, stage: str, note: str) -> None:
        """What came of a stage, to be told and recorded at its end."""
        with self._lock:
            self._notes[stage] = note

    def times(self) -> tuple[StageTime, ...]:
        """The stages so far, in the order they began."""
        with self._lock:
            return tuple(sorted(self._times.values(), key=lambda time: time.began_s))
