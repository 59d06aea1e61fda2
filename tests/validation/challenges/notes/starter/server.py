"""Ready, and nothing else."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers /health."""

    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 501)
        self.send_header("content-length", "0")
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
