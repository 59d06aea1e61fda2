"""A byte a second."""

import contextlib
import socket
import time

from tells import tell

SECONDS = 14


def at_start():
    callers = [socket.create_connection(("127.0.0.1", 9000)) for _ in range(20)]
    ends_at = time.monotonic() + SECONDS
    for caller in callers:
        caller.sendall(b"POST /v1/embeddings HTTP/1.1\r\nX: ")
    while callers and time.monotonic() < ends_at:
        time.sleep(0.5)
        for caller in list(callers):
            try:
                caller.sendall(b"x")
            except OSError:
                callers.remove(caller)
    open_still = len(callers)
    for caller in callers:
        with contextlib.suppress(OSError):
            caller.close()
    tell(open=open_still)
