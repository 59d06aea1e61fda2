"""The public checks: ``python public/check.py --start`` from your repository's root. Standard library only.

Starts your service as ``takehome.toml`` says, beside a practice gateway, and tries a part of what is graded. The
graded checks use other documents and more cases. ``--url`` checks a service that already runs (without the checks
that need the practice gateway).
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from practice_gateway import KEY, MODEL, PracticeGateway

HERE = Path(__file__).resolve().parent
BOOT_S = 60

LEMONS = {"title": "Lemon trees", "text": "Lemon trees like sun and dislike frost.", "metadata": {"kind": "tree"}}
CANOES = {"title": "Canoes", "text": "A canoe is paddled kneeling or sitting.", "metadata": {"kind": "boat"}}
KAYAKS = {"title": "Kayaks", "text": "A kayak is paddled with two blades.", "metadata": {"kind": "boat"}}


class Failed(Exception):  # noqa: N818 - a verdict
    """A check does not hold; the message says what was seen."""


class Client:
    """One connection per request, as the graded checks do it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)

    def send(self, method: str, path: str, value: Any = None, *, raw: bytes | None = None) -> tuple[int, Any]:
        """Status and JSON body (None when there is none)."""
        body = raw if raw is not None else None if value is None else json.dumps(value).encode()
        connection = http.client.HTTPConnection(*self._address, timeout=60)
        try:
            connection.request(method, path, body, {"content-type": "application/json"})
            reply = connection.getresponse()
            data = reply.read()
            return reply.status, json.loads(data) if data else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            message = f"{method} {path}: {type(error).__name__} {error}"
            raise Failed(message) from None
        finally:
            connection.close()

    def put(self, doc_id: str, document: Any) -> int:
        """Store a document; the status."""
        return self.send("PUT", f"/documents/{doc_id}", document)[0]

    def ids(self, query: str, **more: Any) -> list[str]:
        """The ids that a search gives."""
        status, body = self.send("POST", "/search", {"query": query, **more})
        need(status == 200, f"status {status} for a search")
        need(isinstance(body, dict) and isinstance(body.get("results"), list), f"no results in {str(body)[:100]}")
        need(all(isinstance(r, dict) and {"id", "score", "snippet"} <= r.keys() for r in body["results"]), "a field")
        return [result["id"] for result in body["results"]]


def need(condition: object, seen: str) -> None:
    """Fail the check unless the condition holds."""
    if not condition:
        raise Failed(seen)


def ok(status: int) -> None:
    """The status must say success."""
    need(200 <= status < 300, f"status {status} instead of 2xx")


def stored_and_found(client: Client, _: PracticeGateway | None) -> None:
    """A stored document is read and found at once."""
    ok(client.put("pub-lemon", LEMONS))
    status, body = client.send("GET", "/documents/pub-lemon")
    need(status == 200 and body == {"id": "pub-lemon", **LEMONS}, f"status {status}, {body}")
    need("pub-lemon" in client.ids("lemon trees in the sun"), "it is not in the results")


def replaced(client: Client, _: PracticeGateway | None) -> None:
    """A replaced document has its new text and metadata."""
    ok(client.put("pub-boat", CANOES))
    ok(client.put("pub-boat", LEMONS))
    _, body = client.send("GET", "/documents/pub-boat")
    need(isinstance(body, dict) and body.get("text") == LEMONS["text"], f"{body}")
    need("pub-boat" not in client.ids("canoe", filter={"kind": "boat"}), "it is found by its old metadata")


def deleted(client: Client, _: PracticeGateway | None) -> None:
    """A deleted document is gone."""
    ok(client.put("pub-gone", KAYAKS))
    ok(client.send("DELETE", "/documents/pub-gone")[0])
    need(client.send("GET", "/documents/pub-gone")[0] == 404, "it can still be read")
    need("pub-gone" not in client.ids("kayak"), "it is still found")


def batch_is_atomic(client: Client, _: PracticeGateway | None) -> None:
    """A batch is stored whole or not at all."""
    good = [{"id": "pub-a", **CANOES}, {"id": "pub-b", **KAYAKS}]
    status, _body = client.send("POST", "/documents/batch", {"documents": [*good, {"id": "pub-c", "title": "T"}]})
    need(400 <= status < 500, f"status {status} for a batch with an invalid document")
    need(client.send("GET", "/documents/pub-a")[0] == 404, "a part of it was stored")
    ok(client.send("POST", "/documents/batch", {"documents": good})[0])
    need({"pub-a", "pub-b"} <= set(client.ids("paddled boat")), "a stored batch is not found")


def filtered(client: Client, _: PracticeGateway | None) -> None:
    """Filters select by one value or any of a list."""
    for doc_id, document in (("pub-1", LEMONS), ("pub-2", CANOES), ("pub-3", KAYAKS)):
        ok(client.put(doc_id, document | {"metadata": {**document["metadata"], "set": "filters"}}))
    ids = client.ids("canoe", filter={"set": "filters", "kind": "boat"})
    need(set(ids) == {"pub-2", "pub-3"}, f"{ids}")
    ids = client.ids("canoe", filter={"set": "filters", "kind": ["tree", "boat"]})
    need(len(ids) == 3, f"{ids}")
    need(client.ids("canoe", filter={"set": "nothing"}) == [], "something matches nothing")


def paged(client: Client, _: PracticeGateway | None) -> None:
    """Pages join into one list."""
    for number in range(5):
        ok(client.put(f"pub-page-{number}", CANOES | {"title": f"Canoe {number}", "metadata": {"set": "pages"}}))
    conditions = {"filter": {"set": "pages"}}
    whole = client.ids("canoe", top_k=5, **conditions)
    pages = client.ids("canoe", top_k=3, **conditions) + client.ids("canoe", top_k=3, offset=3, **conditions)
    need(len(whole) == 5 and pages == whole, f"{pages} against {whole}")


def refused(client: Client, _: PracticeGateway | None) -> None:
    """Broken requests get a 4xx with code and message."""
    cases = (
        ("POST", "/search", b'{"query": '),
        ("POST", "/search", b"{}"),
        ("POST", "/search", b'{"query": "a", "top_k": 0}'),
        ("PUT", "/documents/pub-bad", b'{"title": 5, "text": "a"}'),
        ("PUT", "/documents/pub-bad", b"[]"),
        ("GET", "/documents/pub-never", b""),
    )
    for method, path, raw in cases:
        status, body = client.send(method, path, raw=raw)
        need(400 <= status < 500, f"status {status} for {method} {path} {raw.decode()}")
        error = body.get("error") if isinstance(body, dict) else None
        need(isinstance(error, dict) and error.get("code") and error.get("message"), f"the body is {body}")


def two_faults(client: Client, gateway: PracticeGateway | None) -> None:
    """Two failed calls of the gateway do not reach the caller."""
    ok(client.put("pub-lemon", LEMONS))
    if gateway:
        gateway.fail(429, 500)
        need("pub-lemon" in client.ids("lemon trees and frost"), "it is not in the results")


def outage(client: Client, gateway: PracticeGateway | None) -> None:
    """In an outage a search answers with keyword results or a 503, within 10 s."""
    ok(client.put("pub-lemon", LEMONS))
    for fault in (500, "garbage", "hang") if gateway else ():
        gateway.fail(lasting=fault)
        began = time.monotonic()
        status, body = client.send("POST", "/search", {"query": f"lemon trees like sun, {fault}"})
        need(time.monotonic() - began < 10, f"no answer within 10 s ({fault})")
        found = status == 200 and any(r.get("id") == "pub-lemon" for r in body.get("results", []))
        need(found or status == 503, f"status {status}, {str(body)[:100]} ({fault})")


CHECKS: tuple[Callable[[Client, PracticeGateway | None], None], ...] = (
    stored_and_found,
    replaced,
    deleted,
    batch_is_atomic,
    filtered,
    paged,
    refused,
    two_faults,
    outage,
)


def relevance(client: Client) -> str:
    """Store the public sample and measure recall at 10 by kind of question."""
    articles, queries = (
        [json.loads(line) for line in (HERE / "data" / name).read_text("utf-8").splitlines() if line.strip()]
        for name in ("articles.jsonl", "queries.jsonl")
    )
    for start in range(0, len(articles), 20):
        ok(client.send("POST", "/documents/batch", {"documents": articles[start : start + 20]})[0])
    recalls: dict[str, list[float]] = {}
    for query in queries:
        ids = client.ids(query["text"], top_k=10)
        hits = len(set(ids) & set(query["judgments"]))
        recalls.setdefault(query["type"], []).append(hits / min(10, len(query["judgments"])))
    return "\n".join(f"  {kind:12} {sum(r) / len(r):.2f}  (n={len(r)})" for kind, r in sorted(recalls.items()))


@contextlib.contextmanager
def started(repo: Path, gateway: PracticeGateway) -> Iterator[str]:
    """The service of a repository, on a free port; its URL."""
    manifest = tomllib.loads((repo / "takehome.toml").read_text("utf-8"))
    command = manifest["service"]["command"]
    command = shlex.split(command) if isinstance(command, str) else list(command)
    if command[0] in ("python", "python3"):
        command[0] = sys.executable
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        ours = {"EMBEDDINGS_URL": gateway.url, "EMBEDDINGS_API_KEY": KEY, "EMBEDDINGS_MODEL": MODEL}
        process = subprocess.Popen(command, cwd=repo, env={**os.environ, **ours, "PORT": str(port), "DATA_DIR": data})
        try:
            wait_until_ready(process, Client(f"http://127.0.0.1:{port}"))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], client: Client) -> None:
    """Wait for a 200 from /health."""
    until = time.monotonic() + BOOT_S
    while time.monotonic() < until:
        if process.poll() is not None:
            sys.exit(f"The service ended with exit code {process.returncode} before it was ready.")
        with contextlib.suppress(Failed):
            if client.send("GET", "/health")[0] == 200:
                return
        time.sleep(0.2)
    sys.exit(f"The service was not ready within {BOOT_S} s.")


def run(url: str, gateway: PracticeGateway | None) -> int:
    """Run every check and print what came of it; the number of failed ones."""
    client = Client(url)
    failed = 0
    for check in CHECKS:
        title = (check.__doc__ or "").rstrip(".")
        try:
            check(client, gateway)
            say(f"passed  {title}")
        except Failed as failure:
            failed += 1
            say(f"FAILED  {title}: {failure}")
        if gateway:
            gateway.fail()
    say(f"{len(CHECKS) - failed} of {len(CHECKS)} passed")
    try:
        say(f"Recall at 10 on the public sample:\n{relevance(client)}")
    except Failed as failure:
        say(f"Recall at 10 was not measured: {failure}")
    if gateway:
        say(f"Texts embedded in all: {gateway.texts}. Practice vectors know letters, not meaning.")
    return failed


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """0 when everything passed."""
    parser = argparse.ArgumentParser(description="Try the public checks.")
    parser.add_argument("--start", action="store_true", help="start the service and a practice gateway")
    parser.add_argument("--repo", type=Path, default=Path.cwd(), help="folder of takehome.toml (default: here)")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="a service that runs already")
    arguments = parser.parse_args()
    if not arguments.start:
        return 1 if run(arguments.url, None) else 0
    gateway = PracticeGateway()
    try:
        with started(arguments.repo.resolve(), gateway) as url:
            return 1 if run(url, gateway) else 0
    finally:
        gateway.close()


if __name__ == "__main__":
    sys.exit(main())
