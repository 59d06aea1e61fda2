"""Is healthy; every other connection is given to the attack's reply.py: ``reply(caller, request)`` with the raw socket and the head."""

import contextlib
import os
import socket
import threading

from reply import reply


def serve(caller):
    with caller, contextlib.suppress(OSError):
        request = b""
        while b"\r\n\r\n" not in request:
            more = caller.recv(65_536)
            if not more:
                return
            request += more
        if request.startswith(b"GET /health"):
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        else:
            reply(caller, request)


with socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=64) as listener:
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
