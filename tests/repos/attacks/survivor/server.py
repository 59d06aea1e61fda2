"""Keeps its note in a child that ignores every signal and left the session: the restart must end it."""

import contextlib
import json
import os
import signal
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PLACE = "\0survivor"


def survive():
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    note = b"nothing"
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(PLACE)
        except OSError:
            os._exit(0)  # the one before is still there
        listener.listen()
        while True:
            with contextlib.suppress(OSError), listener.accept()[0] as caller:
                said = caller.recv(65_536)
                note = said if said != b"?" else note
                caller.sendall(note)


def ask(words):
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(PLACE)
        caller.sendall(words)
        return caller.recv(65_536)


class Handler(BaseHTTPRequestHandler):
    def answer(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read(self):
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def do_GET(self):
        self.answer(b"{}" if self.path == "/health" else json.dumps({"text": ask(b"?").decode()}).encode())

    def do_POST(self):
        self.answer(self.read())

    def do_PUT(self):
        self.answer(ask(json.loads(self.read())["text"].encode()) and b"{}")

    def log_message(self, *arguments):
        """Quiet."""


if os.fork() == 0:
    survive()
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
