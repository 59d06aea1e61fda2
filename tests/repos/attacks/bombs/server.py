"""An echo service that, once it is asked, takes all it can get of what mode.txt names."""

import contextlib
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ASKED = threading.Event()
TAKEN = {}


def forks():
    while True:
        with contextlib.suppress(OSError):
            os.fork()


def memory():
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def output():
    line = b"\x1b[2J</pre><script>alert(1)</script>" * 2_000
    while True:
        os.write(1, line)


def disk():
    for place in ("/tmp", "/dev/shm", "/data"):
        size = count = 0
        with contextlib.suppress(OSError):
            while True:
                size += Path(place, f"file-{size}").write_bytes(b"x" * 65_536)
        with contextlib.suppress(OSError):
            while True:
                Path(place, f"empty-{count}").touch()
                count += 1
        TAKEN[place] = [size, count]


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}"
        if self.path != "/health":
            ASKED.set()
            time.sleep(0.2)
        if TAKEN:
            body = json.dumps({"text": json.dumps(TAKEN)}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *arguments):
        """Quiet."""


def bomb(mode):
    ASKED.wait()
    mode()


MODE = Path("mode.txt").read_text().strip()
if MODE == "disk":
    disk()
else:
    threading.Thread(target=bomb, args=({"forks": forks, "memory": memory, "output": output}[MODE],)).start()
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
