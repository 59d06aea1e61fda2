"""Is healthy, and answers everything else as no HTTP client should have to bear."""

import contextlib
import os
import socket
import struct
import threading
import time
from itertools import count

POSTS = count()


def drip(caller):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        caller.sendall(b"x")
        time.sleep(0.1)


def endless(caller):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        caller.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


def huge(caller):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n" + b"x" * 65_536)
    time.sleep(60)


def nested(caller):
    body = b"[" * 1_000_000
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):  # closing on an unread request would reset the connection, and the reply with it
        pass


def reset(caller):
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")


def interim(caller):
    while True:
        caller.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


def serve(caller):
    with caller, contextlib.suppress(OSError):
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += caller.recv(65_536) or b"\r\n\r\n"
        if asked.startswith(b"GET /health"):
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        elif b"ontent-length: 1\r\n" in asked.lower():
            endless(caller)
        elif asked.startswith(b"POST"):
            (drip, nested, huge)[next(POSTS) % 3](caller)
        elif asked.startswith(b"PUT"):
            reset(caller)
        else:
            interim(caller)


with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as listener:
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
