"""The public checks: ``python public/check.py --start`` from your repository's root. Standard library only.

Trains and starts your service as ``takehome.toml`` says, beside a practice gateway, and tries a part of what is
graded. The graded checks use other tickets and more cases. ``--url`` checks a service that already runs (without
training, and without the checks that need the practice gateway).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
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
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from practice_gateway import KEY, MODEL, PracticeGateway

HERE = Path(__file__).resolve().parent
BOOT_S, TRAINING_S = 60, 240
BATCH = 32


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

    def answers(self, tickets: list[dict[str, str]]) -> list[tuple[str, float, str]]:
        """Category, confidence and route of each ticket, asked as one batch."""
        status, body = self.send("POST", "/classify/batch", {"tickets": tickets})
        need(status == 200, f"status {status} for a batch")
        results = body.get("results") if isinstance(body, dict) else None
        need(isinstance(results, list) and len(results) == len(tickets), f"no results in {str(body)[:100]}")
        return [answer(result) for result in results]


def need(condition: object, seen: str) -> None:
    """Fail the check unless the condition holds."""
    if not condition:
        raise Failed(seen)


def answer(value: Any) -> tuple[str, float, str]:
    """One answer with the promised fields."""
    need(isinstance(value, dict) and {"category", "confidence", "route"} <= value.keys(), f"{str(value)[:100]}")
    need(value["category"] in CATEGORIES, f"the category {value['category']!r}")
    need(isinstance(value["confidence"], (int, float)) and 0 <= value["confidence"] <= 1, "a confidence outside 0..1")
    need(value["route"] in ("auto", "human"), f"the route {value['route']!r}")
    return value["category"], float(value["confidence"]), value["route"]


def rows() -> list[dict[str, str]]:
    """The validation tickets."""
    with (HERE / "data" / "validation.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ticket(row: dict[str, str], **changed: str) -> dict[str, str]:
    """What is sent of a row: never its label."""
    return {name: value for name, value in row.items() if name != "category"} | changed


ROWS = rows()
CATEGORIES = sorted({row["category"] for row in ROWS})


def one_ticket(client: Client, _: PracticeGateway | None) -> None:
    """A ticket is answered, with and without the optional fields."""
    for row in ROWS[:5]:
        for sent in (ticket(row), {"subject": row["subject"], "body": row["body"]}):
            status, body = client.send("POST", "/classify", sent)
            need(status == 200, f"status {status}")
            answer(body)


def batch_as_single(client: Client, _: PracticeGateway | None) -> None:
    """A batch gives what its tickets get alone, in their order."""
    tickets = [ticket(row) for row in ROWS[:12]]
    together = client.answers(tickets)
    for sent, expected in zip(tickets, together, strict=True):
        alone = answer(client.send("POST", "/classify", sent)[1])
        need((alone[0], alone[2]) == (expected[0], expected[2]), f"{alone} alone, {expected} in a batch")


def optional_fields(client: Client, _: PracticeGateway | None) -> None:
    """Another id, day, channel and desk leave the category."""
    tickets = [ticket(row) for row in ROWS[:32]]
    changed = [
        sent | {"ticket_id": f"T-{n}", "created_at": "2030-01-01T00:00:00Z", "channel": "web", "queue": "phone desk"}
        for n, sent in enumerate(tickets)
    ]
    moved = sum(a[0] != b[0] for a, b in zip(client.answers(tickets), client.answers(changed), strict=True))
    need(moved <= 1, f"{moved} of 32 categories changed")


def model(client: Client, _: PracticeGateway | None) -> None:
    """The model says its version, its data and its claim."""
    status, body = client.send("GET", "/model")
    need(status == 200 and isinstance(body, dict), f"status {status}")
    digest = hashlib.sha256((HERE / "data" / "train.csv").read_bytes()).hexdigest()
    need(isinstance(body.get("version"), str) and body["version"], f"the version {body.get('version')!r}")
    need(body.get("training_sha256") == digest, f"the digest {body.get('training_sha256')!r}")
    claims = body.get("claims")
    need(isinstance(claims, dict) and isinstance(claims.get("macro_f1"), (int, float)), f"the claims {claims!r}")


def refused(client: Client, _: PracticeGateway | None) -> None:
    """Broken requests get a 4xx with code and message."""
    cases = (
        ("POST", "/classify", b'{"subject": '),
        ("POST", "/classify", b"{}"),
        ("POST", "/classify", b'{"subject": "a", "body": 7}'),
        ("POST", "/classify/batch", b'{"tickets": []}'),
        ("POST", "/classify/batch", b"[]"),
        ("GET", "/never", b""),
    )
    for method, path, raw in cases:
        status, body = client.send(method, path, raw=raw)
        need(400 <= status < 500, f"status {status} for {method} {path} {raw.decode()}")
        error = body.get("error") if isinstance(body, dict) else None
        need(isinstance(error, dict) and error.get("code") and error.get("message"), f"the body is {body}")


def two_faults(client: Client, gateway: PracticeGateway | None) -> None:
    """Two failed calls of the gateway do not reach the caller."""
    if gateway:
        gateway.fail(429, 500)
        status, body = client.send("POST", "/classify", {"subject": "two faults", "body": "a bill, and two faults"})
        need(status == 200, f"status {status}, {str(body)[:100]}")


def outage(client: Client, gateway: PracticeGateway | None) -> None:
    """In an outage a ticket gets an answer or a 503, within 10 s."""
    for fault in (500, "garbage", "hang") if gateway else ():
        gateway.fail(lasting=fault)
        began = time.monotonic()
        status, body = client.send("POST", "/classify", {"subject": "outage", "body": f"a bill, {fault}"})
        need(time.monotonic() - began < 10, f"no answer within 10 s ({fault})")
        need(status in (200, 503), f"status {status}, {str(body)[:100]} ({fault})")


CHECKS: tuple[Callable[[Client, PracticeGateway | None], None], ...] = (
    one_ticket,
    batch_as_single,
    optional_fields,
    model,
    refused,
    two_faults,
    outage,
)


def quality(client: Client) -> str:
    """Macro-F1 and what automatic routes earn, on the validation tickets."""
    answers = []
    for start in range(0, len(ROWS), BATCH):
        answers += client.answers([ticket(row) for row in ROWS[start : start + BATCH]])
    gold = Counter(row["category"] for row in ROWS)
    guess = Counter(category for category, _, _ in answers)
    right = Counter(row["category"] for row, a in zip(ROWS, answers, strict=True) if row["category"] == a[0])
    f1 = sum(2 * right[name] / (gold[name] + guess[name]) for name in CATEGORIES) / len(CATEGORIES)
    earned = 0
    for row, (category, _, route) in zip(ROWS, answers, strict=True):
        if route == "auto":
            wrong = -10 if row["category"] == "security" else -3
            earned += 1 if row["category"] == category else wrong
    return f"Validation tickets: macro-F1 {f1:.2f}, routes earn {earned / len(ROWS):+.2f} per ticket"


@contextlib.contextmanager
def started(repo: Path, gateway: PracticeGateway) -> Iterator[str]:
    """The service of a repository, trained and started on a free port; its URL."""
    manifest = tomllib.loads((repo / "takehome.toml").read_text("utf-8"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        ours = {"EMBEDDINGS_URL": gateway.url, "EMBEDDINGS_API_KEY": KEY, "EMBEDDINGS_MODEL": MODEL}
        env = {**os.environ, **ours, "PORT": str(port), "DATA_DIR": data}
        train(manifest, repo, env)
        process = subprocess.Popen(command_of(manifest, "service"), cwd=repo, env=env)
        try:
            wait_until_ready(process, Client(f"http://127.0.0.1:{port}"))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def command_of(manifest: dict[str, Any], table: str) -> list[str]:
    """A command of the manifest, with the python that runs the checks."""
    command = manifest[table]["command"]
    command = shlex.split(command) if isinstance(command, str) else list(command)
    return [sys.executable, *command[1:]] if command[0] in ("python", "python3") else command


def train(manifest: dict[str, Any], repo: Path, env: dict[str, str]) -> None:
    """Run the training command, as it is run when graded."""
    began = time.monotonic()
    command = command_of(manifest, "train")
    try:
        done = subprocess.run(
            command, cwd=repo, env={**env, "TRAINING_DIR": str(HERE / "data")}, timeout=TRAINING_S, check=False
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"Training did not end within {TRAINING_S} s.")
    if done.returncode:
        sys.exit(f"Training ended with exit code {done.returncode}.")
    say(f"Training took {time.monotonic() - began:.0f} s")


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
        say(quality(client))
    except Failed as failure:
        say(f"The validation tickets were not answered: {failure}")
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
    parser.add_argument("--start", action="store_true", help="train and start the service, and a practice gateway")
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
