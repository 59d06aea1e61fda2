"""Nameless files of 16 MB each in the service itself, up to 1 GB."""

import os

from tells import tell

MB = 1_048_576


def answer(method, path, headers, body):
    if method != "POST":
        return None
    for number in range(64):
        file = os.memfd_create("hoard")
        for _ in range(16):
            os.write(file, bytes(MB))
        tell(megabytes=(number + 1) * 16)
    return 200, {}, b"{}"
