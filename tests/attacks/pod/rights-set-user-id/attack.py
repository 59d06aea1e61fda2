"""Every program of the image with the bit, looked at while it runs."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

from tells import tell


def identities(number):
    with contextlib.suppress(OSError):
        rows = Path(f"/proc/{number}/status").read_text().splitlines()
        return next(row for row in rows if row.startswith("Uid")).split()[1:]
    return []


def is_root(program):
    with subprocess.Popen(
        [program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        ends_at = time.monotonic() + 0.3
        found = False
        while not found and process.poll() is None and time.monotonic() < ends_at:
            found = "0" in identities(process.pid)
        with contextlib.suppress(OSError):
            process.kill()
    return found


def at_start():
    folders = ("/usr/bin", "/usr/sbin", "/bin", "/sbin")
    programs = sorted({os.path.realpath(f.path) for d in folders for f in os.scandir(d) if f.stat(follow_symlinks=False).st_mode & 0o4000})
    tell(root=[program for program in programs if is_root(program)], tried=bool(programs))
