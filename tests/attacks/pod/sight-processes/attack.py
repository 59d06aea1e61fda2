"""/proc, and signals to every number that might be somebody."""

import contextlib
import os
from pathlib import Path

from tells import tell


def at_start():
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    names = sorted(Path(f"/proc/{number}/comm").read_text().strip() for number in numbers)
    strangers = []
    for number in range(1, 40_000):
        with contextlib.suppress(OSError):
            os.kill(number, 0)
            if number not in numbers:
                strangers.append(number)
    tell(strangers=strangers, names=names)
