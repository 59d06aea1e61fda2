"""No line ends."""

import os

CHUNK = b"x" * 65_536


def at_start():
    written = 0
    while written < 1 << 30:
        written += os.write(1, CHUNK)
