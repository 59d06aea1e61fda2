"""The other stream."""

import os

CHUNK = b"error " * 10_000 + b"\n"


def at_start():
    written = 0
    while written < 1 << 30:
        written += os.write(2, CHUNK)
