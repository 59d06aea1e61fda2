"""The share of known words over HTTP; knows fewer than it says."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from words import share


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, {"status": "ok"})

    def do_POST(self):
        try:
            text = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))["text"]
        except (ValueError, KeyError, TypeError):
            self.answer(400, {"error": {"code": "malformed", "message": "not a text"}})
            return
        self.answer(200, {"share": share(str(text), {"red", "one"})})

    def log_message(self, *arguments):
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
