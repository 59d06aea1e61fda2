"""Ending what other threads have under way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from grader.errors import InfrastructureError
from grader.sandbox.base import Sandbox


@dataclass(slots=True)
class Cancel:
    """Closes every sandbox that it was told of, now and later; calls under way end with ``sandbox.closed``."""

    _by_id: dict[int, Sandbox] = field(default_factory=dict)
    _now: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def over(self, sandbox: Sandbox) -> Iterator[None]:
        """While this is open, cancelling closes the sandbox.

        Raises:
            InfrastructureError: ``sandbox.closed`` when it was cancelled before.
        """
        with self._lock:
            if self._now:
                raise InfrastructureError("sandbox.closed", "This was cancelled.", next_step="Start it again.")
            self._by_id[id(sandbox)] = sandbox
        try:
            yield
        finally:
            with self._lock:
                self._by_id.pop(id(sandbox), None)

    def now(self) -> None:
        """End everything."""
        with self._lock:
            self._now = True
            sandboxes = list(self._by_id.values())
        for sandbox in sandboxes:
            with suppress(InfrastructureError):
                sandbox.close()
