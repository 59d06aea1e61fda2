"""An echo service on the standard library."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NOTES = Path(os.environ["DATA_DIR"]) / "note.json"


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read(self):
        return json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif NOTES.exists():
            self.answer(200, json.loads(NOTES.read_text()))
        else:
            self.answer(404, {"error": {"code": "not_found", "message": "no note"}})

    def do_POST(self):
        try:
            self.answer(200, self.read())
        except ValueError:
            self.answer(400, {"error": {"code": "bad_json", "message": "not JSON"}})

    def do_PUT(self):
        NOTES.write_text(json.dumps(self.read()))
        self.answer(200, {})

    def log_message(self, *arguments):
        """Quiet."""


print("listening", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
