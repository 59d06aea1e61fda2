"""What the exchanges of one check left behind: a few of them for the report, and the bytes still in memory."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from harness.probe.text import EXCERPT, excerpt, printable

KEEP: Final = 3
REMEMBER: Final = 40
"""Of a check that cleans up after its failure, the exchanges before the failure are still known."""
_HEAD: Final = 4 * EXCERPT + 8


@dataclass(slots=True, kw_only=True, eq=False)
class Exchange:
    """One request and what came of it; bodies as excerpts only."""

    method: str
    path: str
    request: bytes = b""
    status: int | None = None
    reply: bytes = b""
    reply_size: int = 0
    ms: float = 0.0
    fault: str | None = None
    number: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """Method and path, as a sentence names the exchange."""
        return printable(f"{self.method} {self.path}", 100)

    def keep_reply(self, body: bytes | bytearray) -> None:
        """Remember the beginning of the reply."""
        self.reply = bytes(body[:_HEAD])
        self.reply_size = len(body)

    def as_json(self) -> dict[str, Any]:
        """The shape of ``exchanges`` in the results file."""
        sent, sent_cut = excerpt(self.request)
        came, came_cut = excerpt(self.reply)
        return {
            "method": printable(self.method, 20),
            "path": printable(self.path, 300),
            "request": sent,
            "status": self.status,
            "reply": came,
            "ms": round(self.ms, 3),
            "fault": self.fault,
            "truncated": sent_cut or came_cut or self.reply_size > len(self.reply),
        }


class ExchangeLog:
    """Keeps the first exchanges that failed and the last of all; counts the rest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._failed: list[Exchange] = []
        self._last: deque[Exchange] = deque(maxlen=REMEMBER)
        self.kinds: set[str] = set()

    def begin(self, method: str, path: str, body: bytes) -> Exchange:
        """A record for an exchange about to start."""
        record = Exchange(method=method, path=path, request=body[:_HEAD])
        with self._lock:
            self._count += 1
            record.number = self._count
            self._last.append(record)
        return record

    def failed(self, record: Exchange, kind: str) -> None:
        """Note that an exchange failed, at once or when its reply was read."""
        with self._lock:
            record.fault = kind
            self.kinds.add(kind)
            if len(self._failed) < KEEP and record not in self._failed:
                self._failed.append(record)

    def as_json(self, until: float | None = None) -> list[dict[str, Any]]:
        """The kept exchanges, in the order they began.

        Args:
            until: when the check failed (``time.monotonic``); what it did after that, cleaning up, is not shown.
        """
        with self._lock:
            before = [record for record in self._last if until is None or record.began <= until] or list(self._last)
            kept = {record.number: record for record in (*self._failed, *before[-KEEP:])}
        return [kept[number].as_json() for number in sorted(kept)]


class Held:
    """Counts the reply bytes in memory, so that many large replies cannot add up without end."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._bytes = 0

    def charge(self, count: int) -> bool:
        """Whether ``count`` more bytes may be held; if so they are counted."""
        with self._lock:
            if self._bytes + count > self.limit:
                return False
            self._bytes += count
            return True

    def release(self, count: int) -> None:
        """Bytes that are no longer held."""
        with self._lock:
            self._bytes -= count
