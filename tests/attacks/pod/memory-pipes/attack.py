"""Pipes full of bytes, in children with all the descriptors that they may have."""

import contextlib
import fcntl
import os

from tells import tell

MB = 1_048_576


def hoard(report):
    total = 0
    with contextlib.suppress(OSError):
        while True:
            _, into = os.pipe()
            with contextlib.suppress(OSError):
                fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, MB)
            os.set_blocking(into, False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    total += os.write(into, bytes(65_536))
    os.write(report, b"%d\n" % total)
    os.read(report, 1)


def at_start():
    reading, report = os.pipe()
    children = []
    for _ in range(8):
        children.append(os.fork())
        if children[-1] == 0:
            hoard(report)
            os._exit(0)
    os.close(report)
    for child in children:
        os.waitpid(child, 0)
    said = b""
    while more := os.read(reading, 4096):
        said += more
    os.close(reading)
    tell(megabytes=sum(map(int, said.split())) / MB)
