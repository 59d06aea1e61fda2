"""Sends the status line a byte at a time."""

import time


def reply(caller, request):
    for byte in b"HTTP/1.1 200 " + b"O" * 500:
        caller.sendall(bytes([byte]))
        time.sleep(0.1)
