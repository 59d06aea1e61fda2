"""Environments."""

import contextlib
import os
from pathlib import Path

from tells import tell


def at_start():
    more = set()
    for number in (name for name in os.listdir("/proc") if name.isdigit()):
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{number}/environ").read_bytes().decode("utf-8", "replace").split("\0")
            more |= {row.partition("=")[0] for row in told if row} - os.environ.keys()
    tell(more=sorted(more), names=sorted(os.environ.keys() - {"LC_CTYPE"}))
