"""A hundred processes that count."""

import os
import time
from pathlib import Path

from tells import tell

MANY = 100
STATISTICS = ("/sys/fs/cgroup/cpu/cpu.stat", "/sys/fs/cgroup/cpu,cpuacct/cpu.stat", "/sys/fs/cgroup/cpu.stat")


def throttled():
    for path in map(Path, STATISTICS):
        if path.exists():
            return any(row.startswith("nr_throttled") and row.split()[1] != "0" for row in path.read_text().splitlines())
    return False


def when_asked():
    for _ in range(MANY):
        if os.fork() == 0:
            while not throttled():
                ends_at = time.monotonic() + 0.2
                while time.monotonic() < ends_at:
                    pass
            tell(throttled=True)
            while True:
                pass
