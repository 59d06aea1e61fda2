"""Whether the service is there: ready at first, after each check, and back again after a stop."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from harness.probe.control import Control
from harness.probe.errors import ControlFault, ServiceFault
from harness.probe.exchanges import Exchange, Held
from harness.probe.plan import Plan
from harness.probe.text import printable
from harness.probe.wire import Wire

READY_EXCHANGE_S: Final = 2.0
READY_BYTES: Final = 64 * 1024
PAUSE_S: Final = (0.02, 0.25)
"""First and longest pause between two questions."""

DYING_S: Final = 0.15
"""A process that has just cut a connection may hold its listening socket for this long while it exits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the service answered in time, after how long, and a sentence that says so."""

    ok: bool
    seconds: float
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """The shape of ``ready`` in the results file."""
        return asdict(self)


class Presence:
    """Watches one service of one pod.

    Args:
        plan: its deadlines and the path to ask.
        wire: to the service.
        control: to the pod.
        gone: the file that says that the service will not come back.
    """

    def __init__(self, plan: Plan, wire: Wire, control: Control, gone: Path) -> None:
        self._plan = plan
        self._wire = wire
        self._control = control
        self._gone = gone

    @property
    def gone(self) -> bool:
        """Whether the grader has given the service up."""
        return self._gone.exists()

    def wait(self, seconds: float) -> Readiness:
        """Ask the ready path until it answers 200, at most for so long."""
        started = time.monotonic()
        pause, longest = PAUSE_S
        last = "it was not asked"
        while True:
            if self.gone:
                return Readiness(ok=False, seconds=_since(started), sentence="The service stopped before it was ready.")
            left = started + seconds - time.monotonic()
            if left <= 0:
                sentence = f"The service was not ready within {seconds:g} s; at last {last}"
                return Readiness(ok=False, seconds=_since(started), sentence=printable(sentence))
            try:
                status = self._ask(min(left, READY_EXCHANGE_S))
            except ServiceFault as fault:
                last = fault.sentence
            else:
                if status == 200:  # noqa: PLR2004 - the contract's own number
                    took = _since(started)
                    return Readiness(ok=True, seconds=took, sentence=f"The service was ready after {took:.2f} s.")
                last = f"{self._plan.ready_path} answered {status}."
            time.sleep(min(pause, max(0.0, started + seconds - time.monotonic())))
            pause = min(pause * 1.5, longest)

    def stopped(self, *, cut: bool) -> bool:
        """Whether the service no longer listens; asked for a little longer if an exchange was cut.

        Raises:
            ControlFault: the pod cannot say.
        """
        until = time.monotonic() + (DYING_S if cut else 0.0)
        while self._control.service_listening():
            if time.monotonic() >= until:
                return False
            time.sleep(PAUSE_S[0])
        return True

    def pod_failed(self) -> str | None:
        """The sentence of the pod's failure, if its control socket fails."""
        try:
            self._control.service_listening()
        except ControlFault as fault:
            return printable(str(fault))
        return None

    def _ask(self, seconds: float) -> int:
        record = Exchange(method="GET", path=self._plan.ready_path)
        held = Held(READY_BYTES)
        return self._wire.exchange(
            record, body=b"", headers={}, seconds=seconds, max_bytes=READY_BYTES, held=held
        ).status


def _since(started: float) -> float:
    return round(time.monotonic() - started, 6)
