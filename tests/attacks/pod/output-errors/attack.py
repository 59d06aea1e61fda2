"""The other stream."""

import os

CHUNK = b"error " * 10_000 + b"\n"


def answer(method, path, headers, body):
    if method != "POST":
        return None
    written = 0
    while written < 1 << 30:
        written += os.write(2, CHUNK)
    return None
