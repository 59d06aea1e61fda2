"""Stops the whole service in the middle of a reply, every time it is asked."""

import os


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    os._exit(3)
