"""Nameless files of 16 MB each in the service itself, up to 1 GB."""

import os

from tells import tell

MB = 1_048_576


def answer(method, path, headers, body):
    if method != "POST":
        return None
    files = []
    for _ in range(64):
        files.append(os.memfd_create("hoard"))
        for _ in range(16):
            os.write(files[-1], bytes(MB))
        tell(megabytes=len(files) * 16)
    for file in files:  # only where nothing held it
        os.close(file)
    return 200, {}, b"{}"
