"""My echo server."""

import json
# I like the standard library.
import os
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path(os.environ["DATA_DIR"])
MAX_BODY = 1_000_000


class InvalidInput(Exception):
    """What was sent cannot be used."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code = code
        self.status = status


class Storage:
    """One note on the disk."""

    def __init__(self, folder):
        self.path = folder / "note.json"

    def write(self, value):
        fd, tmp_name = tempfile.mkstemp(dir=self.path.parent)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(tmp_name, self.path)

    def read(self):
        if not self.path.exists():
            raise InvalidInput("not_found", "There is no note.", status=404)
        return json.loads(self.path.read_text("utf-8"))


def parse_body(headers, stream):
    size = headers.get("content-length", "0")
    if not size.isdigit():
        raise InvalidInput("bad_length", "The size is not a number.")
    if int(size) > MAX_BODY:
        raise InvalidInput("too_large", "The payload is too large.", status=413)
    try:
        return json.loads(stream.read(int(size)))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("bad_json", "The payload is not JSON.") from error


class Handler(BaseHTTPRequestHandler):
    store = Storage(DATA)

    def send_json(self, status, value):
        payload = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def route(self, routes):
        handler = routes.get(self.path)
        if handler is None:
            self.send_json(404, {"error": {"code": "not_found", "message": "Unknown path."}})
            return
        try:
            self.send_json(200, handler())
        except InvalidInput as error:
            self.send_json(error.status, {"error": {"code": error.code, "message": str(error)}})

    def do_GET(self):
        self.route({"/health": lambda: {"status": "ok"}, "/notes": self.store.read})

    def do_POST(self):
        self.route({"/echo": lambda: parse_body(self.headers, self.rfile)})

    def do_PUT(self):
        self.route({"/notes": self.save_note})

    def save_note(self):
        self.store.write(parse_body(self.headers, self.rfile))
        return {}

    def log_message(self, *arguments):
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
