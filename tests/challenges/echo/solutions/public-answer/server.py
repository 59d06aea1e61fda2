"""An echo service that checks what it gets and writes notes so that they are whole or absent."""

import json
import os
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(os.environ["DATA_DIR"])
LONGEST = 1_000_000


class BadRequest(Exception):
    """What was sent cannot be used."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code = code
        self.status = status


class Notes:
    """One note on the disk."""

    def __init__(self, folder):
        self.path = folder / "note.json"

    def write(self, value):
        descriptor, temporary = tempfile.mkstemp(dir=self.path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)

    def read(self):
        if not self.path.exists():
            raise BadRequest("not_found", "There is no note.", status=404)
        return json.loads(self.path.read_text("utf-8"))


def checked(headers, stream):
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise BadRequest("bad_length", "The length is not a number.")
    if int(length) > LONGEST:
        raise BadRequest("too_large", "The body is too large.", status=413)
    try:
        return json.loads(stream.read(int(length)))
    except (ValueError, RecursionError) as error:
        raise BadRequest("bad_json", "The body is not JSON.") from error


class Handler(BaseHTTPRequestHandler):
    notes = Notes(FOLDER)

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def route(self, table):
        action = table.get(self.path)
        if action is None:
            self.answer(404, {"error": {"code": "not_found", "message": "Unknown path."}})
            return
        try:
            self.answer(200, action())
        except BadRequest as error:
            self.answer(error.status, {"error": {"code": error.code, "message": str(error)}})

    def do_GET(self):
        self.route({"/health": lambda: {"status": "ok"}, "/notes": self.notes.read})

    def do_POST(self):
        self.route({"/echo": lambda: checked(self.headers, self.rfile)})

    def do_PUT(self):
        self.route({"/notes": self.keep})

    def keep(self):
        self.notes.write(checked(self.headers, self.rfile))
        return {}

    def log_message(self, *arguments):
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
