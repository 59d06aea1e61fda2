"""Against docker-init."""

import contextlib
import os
import signal
import time
from pathlib import Path

from calls import not_refused
from tells import tell

PTRACE, ATTACH, SEIZE = 101, 16, 0x4206


def state():
    return Path("/proc/1/stat").read_text().rpartition(")")[2].split()[0]


def at_start():
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGKILL, signal.SIGSEGV):
        os.kill(1, number)
    did = not_refused({"attach": (PTRACE, ATTACH, 1), "seize": (PTRACE, SEIZE, 1)})
    with contextlib.suppress(OSError):
        Path("/proc/1/oom_score_adj").write_text("-1000")
        did.append("spared")
    with contextlib.suppress(OSError), Path("/proc/1/mem").open("rb") as memory:
        memory.seek(int(Path("/proc/1/maps").read_text().split("-")[0], 16))
        memory.read(1)
        did.append("its own init's memory")
    time.sleep(0.1)
    tell(did=did, state=state())
