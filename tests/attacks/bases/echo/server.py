"""An honest echo service. What an attack does beside it stands in the attack's own attack.py.

attack.py may define, each optional: ``at_start()`` before the service listens; ``when_asked()`` once, beside the service, from the first
request that is not about health; ``answer(method, path, headers, body)`` whose (status, headers, body) goes out instead of the
honest one unless it is None. ``tell(name=value)`` from ``tells`` says on stdout what the attack found out.
"""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import attack

NOTES = Path(os.environ["DATA_DIR"]) / "note.json"
ASKED = threading.Event()


class Handler(BaseHTTPRequestHandler):
    def send(self, status, headers, body):
        self.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != "/health" and not ASKED.is_set():
            ASKED.set()
            time.sleep(0.2)
        own = attack.answer(self.command, self.path, self.headers, body) if hasattr(attack, "answer") else None
        if own is not None:
            self.send(*own)
            return
        status, value = self.honest(body)
        self.send(status, {"content-type": "application/json"}, json.dumps(value).encode())

    def honest(self, body):
        if self.path == "/health":
            return 200, {"status": "ok"}
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            return 400, {"error": {"code": "bad_json", "message": "not JSON"}}
        if self.command == "POST":
            return 200, given
        if self.command == "PUT":
            NOTES.write_text(json.dumps(given))
            return 200, {}
        return 200, json.loads(NOTES.read_text())

    do_GET = do_POST = do_PUT = serve

    def log_message(self, *arguments):
        """Quiet."""


def beside():
    ASKED.wait()
    attack.when_asked()


if hasattr(attack, "at_start"):
    attack.at_start()
if hasattr(attack, "when_asked"):
    threading.Thread(target=beside, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
