"""Somebody else."""

import contextlib
import os
from pathlib import Path

from tells import tell

TRIES = {
    "setuid": lambda: os.setuid(0),
    "seteuid": lambda: os.setresuid(-1, 0, -1),
    "setgid": lambda: os.setgid(0),
    "setgroups": lambda: os.setgroups([0]),
    "ours": lambda: os.setuid(10002),
    "chown": lambda: os.chown("/data", 0, 0),
}


def at_start():
    became = []
    for name, attempt in TRIES.items():
        with contextlib.suppress(OSError):
            attempt()
            became.append(name)
    status = dict(row.split(":", 1) for row in Path("/proc/self/status").read_text().splitlines())
    tell(
        became=became,
        capabilities=[name for name in status if name.startswith("Cap") and int(status[name], 16)],
        no_new_privileges=status["NoNewPrivs"].strip(),
        seccomp=status["Seccomp"].strip(),
    )
