"""Sends one byte of the header every tenth of a second, for ever."""

import time


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        for byte in b"X-A: b\r\n":
            caller.sendall(bytes([byte]))
            time.sleep(0.1)
