"""The HTTP side."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from app.services.commands import EchoCommand, LoadNoteQuery, StoreNoteCommand
from app.services.container import ApplicationContainer

CONTAINER = ApplicationContainer()


class RequestHandler(BaseHTTPRequestHandler):
    """Turns requests into messages."""

    def answer(self, status, value):
        """Send JSON."""
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def value(self):
        """The request's JSON."""
        return json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))

    def do_GET(self):
        """Health and notes."""
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
            return
        found = CONTAINER.bus.dispatch(LoadNoteQuery())
        if found is None:
            self.answer(404, {"error": {"code": "not_found", "message": "no note"}})
        else:
            self.answer(200, found)

    def do_POST(self):
        """Echo."""
        try:
            self.answer(200, CONTAINER.bus.dispatch(EchoCommand(self.value())))
        except ValueError:
            self.answer(400, {"error": {"code": "bad_json", "message": "not JSON"}})

    def do_PUT(self):
        """Keep a note."""
        self.answer(200, CONTAINER.bus.dispatch(StoreNoteCommand(self.value())))

    def log_message(self, *arguments):
        """Quiet."""


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), RequestHandler).serve_forever()
