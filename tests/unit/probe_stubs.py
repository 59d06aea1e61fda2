"""Real unix-socket servers for the probe's tests: raw behaviours, a small service and a small control socket."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def short_dir() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket's name."""
    with tempfile.TemporaryDirectory(prefix="pr", dir="/tmp") as name:
        yield Path(name)


@contextlib.contextmanager
def raw_server(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A listener that hands every connection to ``behave``; whatever that meets when the client leaves is dropped."""
    with short_dir() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = str(folder / "s")
        listener.bind(path)
        listener.listen(16)

        def handle(client: socket.socket) -> None:
            with client, contextlib.suppress(OSError):
                behave(client)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=handle, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield path
        listener.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """Sends each request to the server's ``answer``; that gives status and JSON value, or None to cut."""

    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        """Serve one connection, quietly when the client leaves."""
        with contextlib.suppress(OSError):
            super().handle()

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        found = self.server.answer(self.command, self.path, json.loads(body) if body else None)
        if found is None:
            self.close_connection = True
            return
        data = json.dumps(found[1]).encode()
        self.send_response(found[0])
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - the base class looks for these names

    def address_string(self) -> str:
        """Unix clients have no address."""
        return "client"

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


class Server(ThreadingUnixStreamServer):
    """A unix-socket HTTP server around one function."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, answer: Callable[[str, str, Any], tuple[int, Any] | None]) -> None:
        super().__init__(str(path), Handler)
        self.answer = answer
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()


@dataclass(slots=True)
class Pod:
    """A stub pod around the real probe process: service and control sockets, plan and hidden files.

    ``POST /die`` stops the service; it comes back after ``back_s`` seconds, if that is set.
    """

    folder: Path
    back_s: float | None = None
    ready: bool = True
    control_ok: bool = True
    listening: bool = True
    log: list[tuple[str, str, Any]] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)

    def start(self) -> None:
        """Listen on both sockets."""
        for name in ("in/hidden", "out"):
            (self.folder / name).mkdir(parents=True)
        self.servers.append(Server(self.folder / "service.sock", self._service))
        self.servers.append(Server(self.folder / "control.sock", self._control))

    def stop(self) -> None:
        """End both."""
        for server in self.servers:
            server.stop()

    def hidden(self, source: str, name: str = "test_hidden.py") -> None:
        """Add a hidden file."""
        text = "import time, os, pytest\nfrom harness.probe import *\n" + source
        (self.folder / "in/hidden" / name).write_text(text)

    def plan(self, *checks: dict[str, Any] | str, phase: str = "main", **more: Any) -> None:
        """Write a plan; a check that is a string has one repeat and five seconds."""
        base = {"repeats": 1, "deadline_s": 5, "group": "g"}
        plan = {
            "schema_version": 1,
            "run_id": "r1",
            "nonce": "ab12",
            "phase": phase,
            "seed": 123,
            "ready_deadline_s": 3,
            "recover_deadline_s": 1,
            "phase_deadline_s": 30,
            "exchange_deadline_s": 2,
            "max_reply_bytes": 4_194_304,
            "service_socket": str(self.folder / "service.sock"),
            "control_socket": str(self.folder / "control.sock"),
            "ready_path": "/health",
            "hidden_dir": str(self.folder / "in/hidden"),
            "checks": [base | ({"id": check} if isinstance(check, str) else check) for check in checks],
        } | more
        (self.folder / f"in/plan-{phase}.json").write_text(json.dumps(plan))

    def run(self, phase: str = "main", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the probe as the container does."""
        return subprocess.run(  # noqa: PLW1510 - the exit code is what is tested
            [
                *(sys.executable, "-m", "harness.probe", "--phase", phase),
                *("--in", str(self.folder / "in"), "--out", str(self.folder / "out")),
            ],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def results(self, phase: str = "main") -> dict[str, Any]:
        """Run the probe and read its results."""
        done = self.run(phase)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads((self.folder / f"out/results-{phase}.json").read_text())
        return found

    def first(self, check: str = "a") -> dict[str, Any]:
        """Run the probe; the first repeat of one check."""
        return next(entry for entry in self.results()["checks"] if entry["id"] == check)["repeats"][0]

    def _service(self, method: str, path: str, value: Any) -> tuple[int, Any] | None:
        self.log.append((method, path, value))
        if not self.listening:
            return None  # as the relay does when nobody listens behind it
        if path == "/health":
            return (200, {}) if self.ready else (503, {})
        if path == "/die":
            self.listening = False
            if self.back_s is not None:
                threading.Timer(self.back_s, setattr, (self, "listening", True)).start()
            return None
        if path == "/die-after":
            self.listening = False
        if path == "/giveup":
            self.listening = False
            (self.folder / "in/service-gone").touch()
            return None
        return 200, {"method": method, "path": path, "got": value}

    def _control(self, method: str, path: str, value: Any) -> tuple[int, Any] | None:
        if not self.control_ok:
            return None
        if path == "/service":
            return 200, {"listening": self.listening}
        if path.startswith("/ledger"):
            since = int(path.partition("=")[2])
            entries = [{"n": n} for n in range(7)]
            return 200, {"next": 7, "dropped": 0, "entries": entries[since:]}
        if path == "/embeddings/faults":
            self.faults.append(value["rules"] if method == "POST" else None)
            return 200, {}
        return 404, {}


@contextlib.contextmanager
def pod(**settings: Any) -> Iterator[Pod]:
    """A running stub pod."""
    with short_dir() as folder:
        made = Pod(folder, **settings)
        made.start()
        try:
            yield made
        finally:
            made.stop()
