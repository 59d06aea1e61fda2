"""A stand-in for the embeddings gateway: same API, but vectors that know letters only, not meaning.

A text's vector counts its runs of three to five letters, so related spellings are near and synonyms are not. Good
enough to develop against; relevance on the real gateway will differ.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "practice-key"
MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384
MAX_INPUTS = 64
MAX_BODY_BYTES = 1_000_000


def vector_of(text: str) -> list[float]:
    """A unit vector of hashed letter runs."""
    values = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower())[:256]:
        padded = f" {word} "
        for size in (3, 4, 5):
            for start in range(max(1, len(padded) - size + 1)):
                digest = hashlib.blake2b(padded[start : start + size].encode(), digest_size=4).digest()
                number = int.from_bytes(digest, "big")
                values[number % DIMENSIONS] += 1.0 if number >> 31 else -1.0
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]


class PracticeGateway:
    """Serves on a free port until closed. ``fail(...)`` makes the next calls go wrong."""

    def __init__(self) -> None:
        self.texts = 0
        self._faults: list[int | str] = []
        self._lasting: int | str | None = None
        self._lock = threading.Lock()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                status, kind, answer = gateway.answer(self.path, self.headers.get("authorization", ""), body)
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answer)))
                if status == 429:
                    self.send_header("retry-after", "1")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def fail(self, *faults: int | str, lasting: int | str | None = None) -> None:
        """Statuses, ``"hang"`` or ``"garbage"``: one per call in that order, then ``lasting`` until called again."""
        with self._lock:
            self._faults = list(faults)
            self._lasting = lasting

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, authorisation: str, body: bytes) -> tuple[int, str, bytes]:
        """Status, content type and body for one call."""
        texts, as_base64, refusal = _parse(path, authorisation, body)
        if refusal is not None:
            return refusal
        fault = self._next_fault()
        if fault is not None:
            return _faulty(fault)
        with self._lock:
            self.texts += len(texts)
        return 200, "application/json", _embeddings(texts, as_base64=as_base64)

    def _next_fault(self) -> int | str | None:
        with self._lock:
            return self._faults.pop(0) if self._faults else self._lasting


def _parse(path: str, authorisation: str, body: bytes) -> tuple[list[str], bool, tuple[int, str, bytes] | None]:
    """The texts asked for, whether base64 is wanted, and the refusal if there is one."""
    problem: tuple[int, str] | None = None
    texts: list[str] = []
    as_base64 = False
    try:
        asked = json.loads(body)
        texts = [asked["input"]] if isinstance(asked["input"], str) else list(asked["input"])
        as_base64 = asked.get("encoding_format") == "base64"
    except (ValueError, KeyError, TypeError):
        problem = (400, "The body is no embeddings request.")
    if not texts or len(texts) > MAX_INPUTS or not all(isinstance(text, str) and text for text in texts):
        problem = problem or (400, f"Send 1 to {MAX_INPUTS} texts that are not empty.")
    if len(body) > MAX_BODY_BYTES:
        problem = (413, "The body is too large.")
    if authorisation != f"Bearer {KEY}":
        problem = (401, "Incorrect API key provided.")
    if path != "/v1/embeddings":
        problem = (404, "Unknown path; the base URL ends in /v1.")
    return texts, as_base64, _error(*problem) if problem else None


def _faulty(fault: int | str) -> tuple[int, str, bytes]:
    if fault == "hang":
        time.sleep(30)
        return _error(504, "The model did not answer.")
    if isinstance(fault, int):
        return _error(fault, "The gateway fails on purpose.")
    return 200, "text/html", b"<html>no embeddings here</html>"


def _error(status: int, message: str) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps({"error": {"message": message}}).encode()


def _embeddings(texts: list[str], *, as_base64: bool) -> bytes:
    vectors = [vector_of(text) for text in texts]
    packed = [base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *v)).decode() if as_base64 else v for v in vectors]
    data = [{"object": "embedding", "index": index, "embedding": v} for index, v in enumerate(packed)]
    tokens = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json.dumps({"object": "list", "model": MODEL, "data": data, "usage": usage}).encode()
