"""Orphaned zombies."""

import os
import time
from pathlib import Path

from tells import tell

GENERATIONS = 250


def zombies():
    states = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            states.append(status.read_text().rpartition(")")[2].split()[0])
        except OSError:
            continue  # gone meanwhile
    return states.count("Z")


def at_start():
    refused = 0
    for _ in range(GENERATIONS):
        child = -1
        try:
            child = os.fork()
        except OSError:
            refused += 1
            continue
        if child == 0:
            if os.fork() == 0:
                time.sleep(0.001)
                os._exit(0)
            os._exit(0)
        os.waitpid(child, 0)
    ends_at = time.monotonic() + 2
    while zombies() and time.monotonic() < ends_at:
        time.sleep(0.05)
    tell(zombies=zombies(), refused=refused)
