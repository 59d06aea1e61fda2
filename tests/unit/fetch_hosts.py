"""Real git hosts for the tests of fetching: repositories made object by object, HTTP, TLS, git daemon."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from grader.fetch import FetchPolicy

LOCAL = FetchPolicy(allow_local=True)
LOOPBACK = FetchPolicy(allow_http=True, allow_git_protocol=True, allow_private=True)
OPEN = FetchPolicy(allow_http=True, allow_git_protocol=True, allow_private=True, allow_local=True)
MB = 1 << 20

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "A"), ("EMAIL", "a@b"))
    },
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+01:00",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:06+01:00",
}


class Repository:
    """A bare repository that is written object by object, so that it may hold what git would not make."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        subprocess.run(
            ["git", "init", "-q", "--bare", "-b", "main", *options, str(path)], check=True, env=ENVIRONMENT, timeout=20
        )

    def git(self, *args: str, text: str | bytes = b"") -> str:
        """What git prints, without the last newline."""
        data = text.encode() if isinstance(text, str) else text
        done = subprocess.run(
            ["git", "-C", str(self.path), *args],
            input=data,
            capture_output=True,
            check=True,
            env=ENVIRONMENT,
            timeout=60,
        )
        return done.stdout.decode().strip()

    def object(self, kind: str, data: bytes | str) -> str:
        """Write any bytes as an object, unchecked; gives its id."""
        return self.git("hash-object", "-w", "--literally", "-t", kind, "--stdin", text=data)

    def tree(self, *entries: tuple[str, str | bytes, str]) -> str:
        """A raw tree of (mode, name, object), in the order given; no check of any kind."""
        raw = b"".join(
            mode.encode() + b" " + (name.encode() if isinstance(name, str) else name) + b"\0" + bytes.fromhex(of)
            for mode, name, of in entries
        )
        return self.object("tree", raw)

    def commit(self, tree: str, *parents: str, message: str = "Work", branch: str = "main") -> str:
        """Commit a tree and move a branch to it."""
        arguments = [part for parent in parents for part in ("-p", parent)]
        commit = self.git("commit-tree", tree, *arguments, "-m", message)
        self.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def files(self, *parents: str, branch: str = "main", message: str = "Work", **contents: str | bytes) -> str:
        """A commit of plain files; keyword names are file names."""
        entries = [("100644", name, self.object("blob", data)) for name, data in sorted(contents.items())]
        return self.commit(self.tree(*entries), *parents, branch=branch, message=message)

    def nested(self, leaf: tuple[str, str], *, width: int, depth: int) -> str:
        """The tree bomb: ``depth`` levels of ``width`` names that all lead to the same object."""
        mode, of = leaf
        for _ in range(depth):
            of = self.tree(*[(mode, f"d{i}", of) for i in range(width)])
            mode = "40000"
        return of


class Host(BaseHTTPRequestHandler):
    """Serves repositories under ``/smart`` and ``/dumb``; ``/status/N``, ``/to``, ``/stall``, ``/drip`` misbehave."""

    protocol_version = "HTTP/1.0"
    root: Path
    redirect = ""
    seen: list[tuple[str, str, str | None]]

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """Write the request down, and answer by the first part of its path."""
        self.seen.append((self.headers["Host"], self.path, self.headers["Authorization"]))
        kind, _, rest = self.path.lstrip("/").partition("/")
        # A client that is killed hangs up on us: that is what many tests are about.
        with contextlib.suppress(ConnectionError):
            getattr(self, f"_{kind}")(rest)

    do_POST = do_GET  # noqa: N815 - the library's name

    def _status(self, rest: str) -> None:
        self.send_response(int(rest.partition("/")[0]))
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def _to(self, rest: str) -> None:
        self.send_response(302)
        self.send_header("Location", f"{self.redirect}/{rest}")
        self.end_headers()

    def _gitlab(self, rest: str) -> None:
        """As GitLab does: only the name with .git is served."""
        repository, _, inside = rest.partition("/")
        if repository.endswith(".git"):
            self._smart(rest)
        else:
            self.redirect = f"/gitlab/{repository}.git"
            self._to(inside)

    def _stall(self, _: str) -> None:
        time.sleep(20)

    def _drip(self, _: str) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"x")
            time.sleep(0.1)

    def _remote(self, _: str) -> None:
        """An error page that claims to be our disk."""
        self.send_response(500)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"fatal: No space left on device\nremote error: x\n")

    def _dumb(self, rest: str) -> None:
        file = self.root / rest.partition("?")[0]
        self.send_response(200 if file.is_file() else 404)
        self.end_headers()
        if file.is_file():
            self.wfile.write(file.read_bytes())

    def _smart(self, rest: str) -> None:
        path, _, query = rest.partition("?")
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        variables = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{path}",
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers["Content-Type"] or "",
            "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
            "GIT_PROTOCOL": self.headers["Git-Protocol"] or "",
        }
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=True,
            env=ENVIRONMENT | variables,
            timeout=30,
        )
        headers, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in headers.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Ends TLS politely (GnuTLS insists), prints nothing, and does not wait for stalled handlers."""

    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A refused handshake is what a test is about."""

    def shutdown_request(self, request: socket.socket | ssl.SSLSocket) -> None:
        """Say goodbye in TLS first."""
        with contextlib.suppress(OSError, ValueError):
            if isinstance(request, ssl.SSLSocket):
                request.unwrap()
        super().shutdown_request(request)


@contextlib.contextmanager
def http_host(root: Path, *, redirect: str = "", certificate: Path | None = None) -> Iterator[type[Host]]:
    """A web server on a free loopback port; gives its handler class, with ``port`` and the list ``seen``."""
    handler = type("ThisHost", (Host,), {"root": root, "redirect": redirect, "seen": []})
    server = Server(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    handler.port = server.server_address[1]
    try:
        yield handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A loopback port where nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def git_daemon(root: Path) -> Iterator[int]:
    """The ``git://`` server on a free loopback port."""
    port = free_port()
    program = subprocess.run(
        ["git", "--exec-path"], capture_output=True, text=True, check=True, timeout=10
    ).stdout.strip()
    arguments = [f"{program}/git-daemon", f"--base-path={root}", "--listen=127.0.0.1", f"--port={port}", "--reuseaddr"]
    daemon = subprocess.Popen(arguments, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.02)
        yield port
    finally:
        daemon.kill()
        daemon.wait()


def processes_in(folder: Path) -> list[str]:
    """The processes that still work inside a folder, even a removed one, a moment after they were killed."""
    for _ in range(200):
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if str((process / "cwd").readlink()).startswith(str(folder)):
                    found.append((process / "cmdline").read_text())
        if not found:
            break
        time.sleep(0.01)
    return found


def answers(monkeypatch, *addresses: str | Exception) -> list[str]:
    """Let every name lead to these addresses; gives the list of names asked for."""
    asked: list[str] = []

    def getaddrinfo(host, port, *_, **__):
        asked.append(host)
        if isinstance(addresses[0], Exception):
            raise addresses[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def fake_git(tmp_path, monkeypatch, script: str) -> None:
    """Put a program called git first on PATH."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo git version 2.40.0 && exit\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
