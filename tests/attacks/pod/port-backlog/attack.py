"""Its own queue, full."""

import contextlib
import os
import signal
import socket
import time

HELD = []


def answer(method, path, headers, body):
    if method != "POST":
        return None
    parent = os.getpid()
    if os.fork() == 0:
        os.kill(parent, signal.SIGSTOP)
        for _ in range(200):
            with contextlib.suppress(OSError):
                caller = socket.socket()
                caller.settimeout(0.01)
                HELD.append(caller)
                caller.connect(("127.0.0.1", 8000))
        time.sleep(600)
    signal.pause()
