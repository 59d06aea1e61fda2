"""One body without end, then many beside the checks."""

import os
import socket
import threading
import time

from tells import tell

HEAD = (
    "POST /v1/embeddings HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n"
    f"Authorization: Bearer {os.environ['EMBEDDINGS_API_KEY']}\r\n\r\n"
).encode()
CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"


def pour(seconds):
    ends_at = time.monotonic() + seconds
    try:
        with socket.create_connection(("127.0.0.1", 9000), timeout=10) as gateway:
            gateway.sendall(HEAD)
            while time.monotonic() < ends_at:
                gateway.sendall(CHUNK)
    except OSError:
        return True
    return False


def at_start():
    tell(cut=pour(30))


def forever():
    while True:
        pour(600)


def when_asked():
    for _ in range(20):
        threading.Thread(target=forever, daemon=True).start()


def answer(method, path, headers, body):
    return None if path == "/health" else (200, {}, b'{"text": "wrong"}')
