"""Shared mappings, touched page by page in a child until the kernel has no more."""

import mmap
import os
import signal
from pathlib import Path

from tells import tell

MB = 1_048_576


def touch(count):
    for number in range(32):
        with Path(f"/dev/shm/mapped-{number}").open("w+b") as file:
            file.truncate(32 * MB)
            mapped = mmap.mmap(file.fileno(), 32 * MB)
        for place in range(0, 32 * MB, mmap.PAGESIZE):
            mapped[place] = 1
            count[:8] = (int.from_bytes(count[:8], "big") + 1).to_bytes(8, "big")


def at_start():
    count = mmap.mmap(-1, mmap.PAGESIZE)
    child = os.fork()
    if child == 0:
        touch(count)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    megabytes = int.from_bytes(count[:8], "big") * mmap.PAGESIZE / MB
    for path in Path("/dev/shm").iterdir():
        path.unlink()
    tell(ended=signal.Signals(-code).name if code < 0 else code, megabytes=megabytes)
