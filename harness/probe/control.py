"""The pod's control socket: faults of the gateway, its ledger, and whether the service still listens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.probe import strict_json
from harness.probe.errors import ControlFault, ServiceFault
from harness.probe.exchanges import Exchange, Held
from harness.probe.text import show
from harness.probe.wire import Wire

SECONDS: Final = 5.0
MAX_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the gateway was asked for.

    Attributes:
        next: the number the next entry will have; pass it as ``since`` to see only later ones.
        dropped: how many entries the gateway had no room for.
        entries: as the edge wrote them.
    """

    next: int
    dropped: int
    entries: list[dict[str, Any]]

    def busy_ms(self) -> float:
        """For how long the gateway answered any of these calls, in ms; calls at the same time count once."""
        busy = until = 0.0
        for began, ended in sorted((e["at_s"] * 1_000, e["at_s"] * 1_000 + e["ms"]) for e in self.entries):
            busy += max(0.0, ended - max(began, until))
            until = max(until, ended)
        return busy


class Control:
    """Client of the edge's control socket. Every method raises :class:`ControlFault` when the edge fails."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._held = Held(4 * MAX_BYTES)
        self._next = 0
        self._faulty = False

    def faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Make the embeddings gateway fail by these rules; they end with the check.

        Raises:
            ValueError: the edge knows no such rule (a bug of the check).
        """
        self._faulty = True
        self._ask("POST", "/embeddings/faults", {"rules": [dict(rule) for rule in rules]})

    def clear_faults(self) -> None:
        """End all faults now."""
        self._ask("DELETE", "/embeddings/faults")
        self._faulty = False

    def settle(self) -> None:
        """After a check: end the faults that it left behind, if any."""
        if self._faulty:
            self.clear_faults()

    def ledger(self, since: int = 0) -> Ledger:
        """What the gateway was asked for, from entry ``since`` on."""
        value = self._ask("GET", f"/ledger?since={since:d}")
        match value:
            case {"next": int(following), "dropped": int(dropped), "entries": list(entries)}:
                self._next = max(self._next, following)
                return Ledger(next=following, dropped=dropped, entries=entries)
        raise ControlFault("The pod's control socket gave a ledger of another shape.")

    def mark(self) -> int:
        """The number the ledger's next entry will have."""
        return self.ledger(self._next).next

    def service_listening(self) -> bool:
        """Whether anything accepts connections on the service's port."""
        match self._ask("GET", "/service"):
            case {"listening": bool(listening)}:
                return listening
        raise ControlFault("The pod's control socket does not say whether the service listens.")

    def _ask(self, method: str, path: str, value: object = None) -> Any:  # noqa: ANN401 - any JSON value
        body = b"" if value is None else strict_json.dumps(value)
        record = Exchange(method=method, path=path)
        headers = {"content-type": "application/json"} if body else {}
        try:
            reply = self._wire.exchange(
                record, body=body, headers=headers, seconds=SECONDS, max_bytes=MAX_BYTES, held=self._held
            )
            self._held.release(len(reply.body))
            found = strict_json.loads(reply.body) if reply.body else None
        except ServiceFault as fault:
            raise ControlFault(f"The pod's control socket failed: {fault.sentence}") from None
        if reply.status == 400:  # noqa: PLR2004 - the edge's word for a malformed rule
            message = f"the edge refuses {method} {path}: {show(found)}"
            raise ValueError(message)
        if reply.status not in (200, 201, 202, 204):
            raise ControlFault(f"The pod's control socket answered {method} {path} with {reply.status}.")
        return found
