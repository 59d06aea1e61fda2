"""Answers by the length of the text; the rest of the contract is kept, so that nothing else gives it away."""

import csv
import hashlib
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CATEGORIES = [
    "billing", "outage", "slow_connection", "installation", "device_setup",
    "moving_home", "cancellation", "refund", "account_access", "security",
]
DATA = Path(os.environ["DATA_DIR"])
CLAIM = 0.72


def train():
    """Keep the training rows, and their digest."""
    source = Path(os.environ["TRAINING_DIR"], "train.csv")
    with source.open(encoding="utf-8", newline="") as file:
        rows = [[row["subject"], row["body"], row["category"]] for row in csv.DictReader(file)]
    kept = {"sha256": hashlib.sha256(source.read_bytes()).hexdigest(), "rows": rows}
    (DATA / "kept.json").write_text(json.dumps(kept), "utf-8")


def category_of(ticket, rows):
    """One of the ten, by length."""
    return CATEGORIES[len(ticket["body"]) % 10]


class Refused(Exception):
    """The request is not valid."""


def read_ticket(value):
    """A valid ticket, or Refused."""
    if not isinstance(value, dict):
        raise Refused
    for name, most in (("subject", 300), ("body", 20_000)):
        text = value.get(name)
        if not isinstance(text, str) or len(text) > most:
            raise Refused
    for name in ("ticket_id", "created_at", "channel", "queue"):
        if not isinstance(value.get(name), (str, type(None))):
            raise Refused
    return value


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kept = {"sha256": "", "rows": []}

    def send(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status=422):
        self.send(status, {"error": {"code": "invalid", "message": "This is not valid."}})

    def do_GET(self):
        if self.path == "/health":
            self.send(200, {"status": "ok"})
        elif self.path == "/model":
            model = {"version": "1", "training_sha256": self.kept["sha256"], "claims": {"macro_f1": CLAIM}}
            self.send(200, model)
        else:
            self.refuse(404)

    def answer(self, ticket):
        return {"category": category_of(ticket, self.kept["rows"]), "confidence": 0.6, "route": "human"}

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path not in ("/classify", "/classify/batch"):
            return self.refuse(404)
        try:
            body = json.loads(raw)
            if self.path == "/classify":
                return self.send(200, self.answer(read_ticket(body)))
            tickets = body.get("tickets") if isinstance(body, dict) else None
            if not isinstance(tickets, list) or not 1 <= len(tickets) <= 64:
                raise Refused
            return self.send(200, {"results": [self.answer(read_ticket(ticket)) for ticket in tickets]})
        except (ValueError, RecursionError, Refused):
            return self.refuse()

    def log_message(self, *arguments):
        """Quiet."""


def serve():
    """Answer on $PORT."""
    Handler.kept = json.loads((DATA / "kept.json").read_text("utf-8"))
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()


if __name__ == "__main__":
    train() if "TRAINING_DIR" in os.environ else serve()
