"""Prints, writes and answers what looks like our own results, and markup for whoever reads them."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MARKUP = "\x1b[2J\x1b]0;mine\x07</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{ 7 * 7 }}"
PASSED = {"index": 0, "outcome": "passed", "blame": None, "service_stopped": False, "measures": {"share": {"value": 1}}}
IDS = ("echo.back", "echo.share", "echo.rough", "notes.write", "notes.kept")
FORGED = {
    "schema_version": 1,
    "phase": "main",
    "ready": {"ok": True, "seconds": 0.1, "sentence": MARKUP},
    "checks": [{"id": name, "repeats": [PASSED, PASSED]} for name in IDS],
    "text": {"outcome": "passed", "score": 100, MARKUP: MARKUP},
}


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        body = b"{}" if self.path == "/health" else json.dumps(FORGED).encode()
        self.send_response(200 if self.path == "/health" else 203)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *arguments):
        """Quiet."""


print(json.dumps(FORGED), MARKUP, json.dumps({"event": "ready"}), sep="\n", flush=True)
for phase in ("main", "restart", "rough"):
    Path("/data", f"results-{phase}.json").write_text(json.dumps(FORGED | {"phase": phase}))
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
