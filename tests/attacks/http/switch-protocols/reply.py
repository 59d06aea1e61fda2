"""Switches to another protocol and holds the connection."""

import time


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    time.sleep(60)
