"""Notes, a file each."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(os.environ["DATA_DIR"])


class Notes:
    """A folder of notes."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, name, value):
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(value), "utf-8")

    def read(self, name):
        path = self.folder / f"{name}.json"
        if not path.exists():
            return None
        return json.loads(path.read_text("utf-8"))

    def delete(self, name):
        path = self.folder / f"{name}.json"
        path.unlink(missing_ok=True)


class Handler(BaseHTTPRequestHandler):
    notes = Notes(FOLDER)

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
            return
        value = self.notes.read(self.path.split("/")[-1])
        if value is None:
            self.answer(404, {"error": {"code": "not_found", "message": "There is no such note."}})
        else:
            self.answer(200, value)

    def do_PUT(self):
        length = int(self.headers["content-length"])
        self.notes.write(self.path.split("/")[-1], json.loads(self.rfile.read(length)))
        self.answer(200, {})

    def do_DELETE(self):
        self.notes.delete(self.path.split("/")[-1])
        self.answer(200, {})

    def log_message(self, *arguments):
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
