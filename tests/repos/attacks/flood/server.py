"""Answers wrongly, and floods the gateway so that the failure should look like somebody else's."""

import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ASKED = threading.Event()
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


def flood():
    ASKED.wait()
    for _ in range(4):
        if os.fork() == 0:
            for _ in range(30):
                threading.Thread(target=crumble, daemon=True).start()
            time.sleep(600)


class Handler(BaseHTTPRequestHandler):
    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer({"status": "ok"})

    def do_POST(self):
        ASKED.set()
        time.sleep(0.25)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.answer({"text": "wrong"})

    do_PUT = do_POST

    def log_message(self, *arguments):
        """Quiet."""


threading.Thread(target=flood, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
