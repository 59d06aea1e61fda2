"""Connections that ask nothing."""

import contextlib
import select
import socket
import time

from tells import tell

HELD = []


def at_start():
    for _ in range(400):
        with contextlib.suppress(OSError):
            HELD.append(socket.create_connection(("127.0.0.1", 9000), timeout=2))
    time.sleep(1)
    poll = select.poll()
    for one in HELD:
        poll.register(one, select.POLLIN)
    tell(held=len(HELD) - len(poll.poll(0)))


def answer(method, path, headers, body):
    return None if path == "/health" else (200, {}, b'{"text": "wrong"}')
