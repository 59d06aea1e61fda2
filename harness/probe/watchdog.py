"""Ends Python code of ours that does not end by itself."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Final, Self

from harness.probe.errors import Overrun

AGAIN_S: Final = 0.5
"""Rung again at this interval, for code that catches the first :class:`Overrun` and goes on."""


class Watchdog:
    """``with Watchdog(seconds):`` raises :class:`Overrun` inside the block, in the main thread, when it takes longer.

    A signal, not a thread: only a signal's handler can raise inside a pure-Python loop or a blocked call.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._armed = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGALRM, self._ring)
        self._armed = True
        signal.setitimer(signal.ITIMER_REAL, self._seconds, AGAIN_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._armed = False  # first: a signal that is already pending must not raise outside the block
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if self._armed:
            message = f"did not end within {self._seconds:g} s"
            raise Overrun(message)
