"""What a container printed: counted, its head and tail kept, the rest dropped and said so."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from grader.evidence import Log

_KEEP = {"\n", "\t"}


class LogKeeper:
    """Keeps the first and last ``excerpt_bytes`` of a stream of any length in constant memory."""

    def __init__(self, excerpt_bytes: int, flood_bytes: int) -> None:
        self._half = excerpt_bytes // 2
        self._flood = flood_bytes
        self._head = bytearray()
        self._tail = bytearray()
        self._count = 0
        self._lock = threading.Lock()

    def feed(self, chunks: Iterable[bytes]) -> bool:
        """Read chunks until their end. Returns False as soon as the flood cap is passed."""
        for chunk in chunks:
            with self._lock:
                self._add(chunk)
                if self._count > self._flood:
                    return False
        return True

    def _add(self, chunk: bytes) -> None:
        self._count += len(chunk)
        room = self._half - len(self._head)
        self._head += chunk[:room] if room > 0 else b""
        rest = chunk[room:] if room > 0 else chunk
        self._tail += rest[-self._half :]
        if len(self._tail) > self._half:
            del self._tail[: len(self._tail) - self._half]

    def text(self) -> str:
        """Head and tail as one text (for ours to read; strangers' text goes through :meth:`log`)."""
        with self._lock:
            return (self._head + self._tail).decode("utf-8", "replace")

    def log(self) -> Log:
        """The record; control characters are shown as escapes."""
        with self._lock:
            head, tail, count = bytes(self._head), bytes(self._tail), self._count
        truncated = count > len(head) + len(tail)
        if not truncated:
            head, tail = head + tail, b""
        return Log(head=_shown(head), tail=_shown(tail), bytes=count, truncated=truncated)


def joined(earlier: Log, later: Log) -> Log:
    """Two logs as one: the head of the first, the tail of the second; what is left out is said."""
    return Log(
        head=earlier.head,
        tail=later.tail or later.head,
        bytes=earlier.bytes + later.bytes,
        truncated=earlier.truncated or later.truncated or bool(earlier.tail) or bool(later.tail),
    )


def _shown(data: bytes) -> str:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in _KEEP else c.encode("unicode_escape").decode() for c in text)
