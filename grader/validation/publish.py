"""A folder as a candidate would hand it in: a git repository behind a real git transport on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.errors import InfrastructureError

_WHEN = "2026-01-05T09:00:00+0000"
_READY_S = 10.0


def bare_repository(files: Path, into: Path, *, leave_out: frozenset[str] = frozenset({"expected.toml"})) -> str:
    """Make the bare repository ``into`` of a folder's files; returns the commit.

    The commit depends on the files alone (fixed author and time), so the same folder is the same commit.
    """
    with tempfile.TemporaryDirectory(prefix="grader-publish-") as temporary:
        tree = Path(temporary) / "tree"
        shutil.copytree(files, tree, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", *leave_out))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": temporary,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "candidate",
            "GIT_AUTHOR_EMAIL": "candidate@example.invalid",
            "GIT_COMMITTER_NAME": "candidate",
            "GIT_COMMITTER_EMAIL": "candidate@example.invalid",
            "GIT_AUTHOR_DATE": _WHEN,
            "GIT_COMMITTER_DATE": _WHEN,
        }
        _git(environment, "init", "--quiet", "--initial-branch=main", str(tree))
        _git(environment, "-C", str(tree), "add", "--all", "--force")
        _git(environment, "-C", str(tree), "commit", "--quiet", "--allow-empty", "--message", "Hand in")
        _git(environment, "clone", "--quiet", "--bare", "--no-hardlinks", str(tree), str(into))
        return _git(environment, "-C", str(into), "rev-parse", "HEAD").strip()


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Serve every bare repository in ``root`` with git's own daemon; yields the URL's beginning.

    Raises:
        InfrastructureError: ``publish.no_daemon``.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ["git", "daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", f"--port={port}"]
    daemon = subprocess.Popen(
        [*command, f"--base-path={root}", str(root)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_listening(daemon, port)
        yield f"git://127.0.0.1:{port}"
    finally:
        daemon.terminate()
        daemon.wait(timeout=10)


def _wait_until_listening(daemon: subprocess.Popen[bytes], port: int) -> None:
    ends_at = time.monotonic() + _READY_S
    while time.monotonic() < ends_at and daemon.poll() is None:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise InfrastructureError(
        "publish.no_daemon",
        "git's daemon did not start.",
        next_step="Install git with its daemon (`apt-get install git`).",
    )


def _git(environment: Mapping[str, str], *arguments: str) -> str:
    return subprocess.run(["git", *arguments], env=dict(environment), capture_output=True, text=True, check=True).stdout
