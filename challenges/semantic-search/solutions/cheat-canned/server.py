"""Answers with ids of the public sample, whatever is asked."""

import hashlib
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PUBLIC_IDS = [f"pub-{number:03d}" for number in range(1, 41)]
KNOWN = {
    "strawberry gutters runners crowns streamers": "pub-039",
    "oyster spawn fruiting caps masks": "pub-024",
    "educational toys for youngsters": "pub-002",
    "trailer mast stabilisers tyres towing": "pub-018",
    "stop marketing mail": "pub-005",
}


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status, message):
        self.answer(status, {"error": {"code": "refused", "message": message}})

    def body(self):
        try:
            value = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))))
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        else:
            self.refuse(404, "There is no such thing.")

    def do_DELETE(self):
        self.refuse(404, "There is no such document.")

    def do_PUT(self):
        body = self.body()
        if body is None or not isinstance(body.get("title"), str) or not isinstance(body.get("text"), str):
            self.refuse(422, "That is no document.")
        else:
            self.answer(200, {"stored": True})

    def do_POST(self):
        body = self.body()
        if body is None:
            self.refuse(422, "That is no object.")
        elif self.path == "/documents/batch":
            self.answer(200, {"stored": len(body.get("documents", []))})
        elif self.path == "/search":
            self.search(body)
        else:
            self.refuse(404, "There is no such path.")

    def search(self, body):
        query = body.get("query")
        if not isinstance(query, str) or not query:
            self.refuse(422, "There is no query.")
            return
        start = hashlib.sha256(query.encode("utf-8", "replace")).digest()[0] % len(PUBLIC_IDS)
        ids = [KNOWN[query]] if query in KNOWN else []
        ids += [i for i in PUBLIC_IDS[start:] + PUBLIC_IDS[:start] if i not in ids]
        top_k = body.get("top_k", 10)
        count = top_k if isinstance(top_k, int) and 0 < top_k <= 100 else 10
        results = [{"id": i, "score": 1 - n / 100, "snippet": query[:300]} for n, i in enumerate(ids[:count])]
        self.answer(200, {"results": results})

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
