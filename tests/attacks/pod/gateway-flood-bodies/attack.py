"""One body without end, then many beside the checks."""

import os
import socket
import threading

from tells import tell

HEAD = (
    "POST /v1/embeddings HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n"
    f"Authorization: Bearer {os.environ['EMBEDDINGS_API_KEY']}\r\n\r\n"
).encode()
CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
MB = 1_048_576


def pour(most):
    sent = 0
    try:
        with socket.create_connection(("127.0.0.1", 9000), timeout=10) as gateway:
            gateway.sendall(HEAD)
            while sent < most:
                gateway.sendall(CHUNK)
                sent += len(CHUNK)
    except OSError:
        return sent, True
    return sent, False


def at_start():
    sent, cut = pour(200 * MB)
    tell(megabytes=sent / MB, cut=cut)


def forever():
    while True:
        pour(1 << 40)


def when_asked():
    for _ in range(20):
        threading.Thread(target=forever, daemon=True).start()


def answer(method, path, headers, body):
    return None if path == "/health" else (200, {}, b'{"text": "wrong"}')
