"""Masked files of /proc and /sys."""

import contextlib
from pathlib import Path

from tells import tell

FILES = ("/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/latency_stats", "/proc/timer_stats", "/proc/key-users")
FOLDERS = ("/sys/firmware", "/proc/acpi", "/proc/scsi", "/proc/asound")
MASKED = FILES[:-1]


def at_start():
    read = []
    for path in map(Path, MASKED):
        with contextlib.suppress(OSError):
            if path.read_bytes():
                read.append(str(path))
    for path in map(Path, FOLDERS):
        with contextlib.suppress(OSError):
            if any(path.iterdir()):
                read.append(str(path))
    with Path("/proc/kallsyms").open() as symbols:
        if int(next(symbols, "0").split()[0], 16):
            read.append("/proc/kallsyms")
    tell(read=read)
