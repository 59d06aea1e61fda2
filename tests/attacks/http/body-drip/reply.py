"""Sends one byte of the body every tenth of a second."""

import time


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        caller.sendall(b"x")
        time.sleep(0.1)
