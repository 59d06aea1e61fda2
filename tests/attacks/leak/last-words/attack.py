"""Remembers what it was asked; after the restart it dies with that as its last words."""

import contextlib
import json
import os
from pathlib import Path

from tells import tell

MEMORY = Path(os.environ["DATA_DIR"], "memory")

SEEN = []


def saw(body):
    with contextlib.suppress(ValueError, AttributeError):
        word = json.loads(body).get("text", "")
        if isinstance(word, str) and len(word) > 12:
            SEEN.append(word)
            tell(saw=sorted(set(SEEN)))


def at_start():
    if MEMORY.exists():
        raise SystemExit(MEMORY.read_text())


def answer(method, path, headers, body):
    if path != "/health":
        saw(body)
        MEMORY.write_text(" ".join(SEEN))
