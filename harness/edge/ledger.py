"""What the candidate's service asked of the gateway: the evidence behind "no re-embedding"."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from harness.edge.settings import MAX_LEDGER_ENTRIES

DIGEST_CHARS = 16
MAX_PATH_CHARS = 100

Json = dict[str, object]


@dataclass(slots=True, kw_only=True)
class Call:
    """One call while it is being answered; the handler fills in what it learns."""

    path: str
    began: float = field(default_factory=time.monotonic)
    authorised: bool = False
    texts: int = 0
    bytes_in: int = 0
    fault: str | None = None
    digests: str = ""
    """All digests run together: a third of the memory of a list of strings."""

    def note_texts(self, texts: Sequence[str]) -> None:
        """Remember how many texts were asked for, and which, without keeping them."""
        self.texts = len(texts)
        self.digests = "".join(sha256(text.encode()).hexdigest()[:DIGEST_CHARS] for text in texts)


class Ledger:
    """The last 5,000 calls, numbered from 0 as they ended; one thread writes, another reads."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._entries: deque[Json] = deque(maxlen=MAX_LEDGER_ENTRIES)
        self._next = 0
        self._lock = threading.Lock()

    def close(self, call: Call, status: int) -> None:
        """Write the call down. Status 499: the client left before the answer."""
        entry: Json = {
            "at_s": round(call.began - self._began, 4),
            "path": call.path[:MAX_PATH_CHARS],
            "authorised": call.authorised,
            "texts": call.texts,
            "bytes_in": call.bytes_in,
            "status": status,
            "ms": round((time.monotonic() - call.began) * 1_000, 2),
            "fault": call.fault,
            "digests": call.digests,
        }
        with self._lock:
            self._entries.append({"n": self._next, **entry})
            self._next += 1

    def since(self, number: int) -> Json:
        """Entries from ``number`` on, how many of those are no longer kept, and where to go on."""
        with self._lock:
            following, first = self._next, self._next - len(self._entries)
            skip = min(max(0, number - first), len(self._entries))
            kept = list(islice(self._entries, skip, None))
        entries = [{**entry, "digests": _split(str(entry["digests"]))} for entry in kept]
        return {"next": following, "dropped": max(0, first - number), "entries": entries}


def _split(digests: str) -> list[str]:
    return [digests[i : i + DIGEST_CHARS] for i in range(0, len(digests), DIGEST_CHARS)]
