"""Crumbs, from four processes with thirty connections each."""

import os
import socket
import threading
import time

HEAD = (
    "POST /v1/embeddings HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n"
    f"Authorization: Bearer {os.environ['EMBEDDINGS_API_KEY']}\r\n\r\n"
).encode()
CRUMBS = b"1\r\nx\r\n" * 20_000


def crumble():
    while True:
        try:
            with socket.create_connection(("127.0.0.1", 9000)) as gateway:
                gateway.sendall(HEAD)
                while True:
                    gateway.sendall(CRUMBS)
        except OSError:
            time.sleep(0.005)


def when_asked():
    for _ in range(4):
        if os.fork() == 0:
            for _ in range(30):
                threading.Thread(target=crumble, daemon=True).start()
            time.sleep(600)


def answer(method, path, headers, body):
    if path == "/health":
        return None
    time.sleep(0.25)
    return 200, {}, b'{"text": "wrong"}'
