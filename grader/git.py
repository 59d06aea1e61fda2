"""The only file that runs git.

Every git starts from nothing: an environment made here, an empty HOME, no system or user
configuration, all transports off but one, no hooks, filters, redirects, prompts or background
upkeep. It runs in a process group of its own under a deadline, and the whole group is killed when
the deadline or a size limit passes, or when the reader of its output stops early.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from grader.errors import InfrastructureError, printable
from grader.fetch_errors import clone_too_large, malformed, timeout
from grader.remote import Remote

POLL_S = 0.2
DYING_S = 2.0
CHUNK = 1 << 16
STDERR_TAIL = 1 << 14
MAX_OUTPUT = 64 << 20
MAX_MEMORY = 2 << 30  # address space of one git process: packs are mapped, so well above the largest pack

# http.curloptResolve appeared here; an older git ignores it without a word and resolves the name again.
OLDEST = (2, 37)

CONFIG = (
    "protocol.allow=never",
    "http.followRedirects=false",  # also turns off the alternates a dumb HTTP server may point elsewhere
    "http.sslVerify=true",
    "transfer.bundleURI=false",
    "transfer.fsckObjects=true",
    "fetch.fsck.zeroPaddedFilemode=ignore",  # old tools and old histories have these two; they harm nobody
    "fetch.fsck.badTimezone=ignore",
    "fetch.unpackLimit=1",  # packs stay packs: no loose object per hostile object
    "core.symlinks=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=/bin/false",
    "core.bigFileThreshold=32m",  # larger blobs are streamed, not held: they will be refused anyway
    "filter.lfs.smudge=",
    "filter.lfs.process=",
    "filter.lfs.required=false",
    "submodule.recurse=false",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",  # would go on as a daemon after the fetch
    "pack.threads=1",
    "log.showSignature=false",
    "i18n.logOutputEncoding=UTF-8",
)
_CA_FILES = ("GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class GitFailed(Exception):  # noqa: N818 - says what happened; never leaves the fetch
    """git ended with a status other than 0; ``text`` is the end of its stderr, without what the server said."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text or f"git ended with status {status}")
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """One fetch's way to run git.

    Attributes:
        home: an empty directory, git's HOME and working directory.
        seconds: the budget, for the sentence when it is used up.
        deadline: when it is (``time.monotonic``).
        remote: the only place that may be talked to; None for none.
        watched, max_bytes: a directory and the size above which every git is killed.
    """

    home: Path
    seconds: float
    deadline: float
    remote: Remote | None = None
    watched: Path | None = None
    max_bytes: int = MAX_OUTPUT
    program: str = field(default_factory=lambda: find())  # noqa: PLW0108 - defined below

    def output(self, *args: str) -> bytes:
        """All that one git prints (at most ``MAX_OUTPUT`` bytes)."""
        pieces = bytearray()
        with contextlib.closing(self.stream(*args)) as stream:
            for piece in stream:
                pieces += piece
                if len(pieces) > MAX_OUTPUT:
                    raise malformed("git printed more about it than any honest repository needs.")
        return bytes(pieces)

    def line(self, *args: str) -> str:
        """The line that git prints, or "" for git's "no" (status 1); a crash is never a "no"."""
        try:
            return self.output(*args).decode("utf-8", "replace").rstrip("\n")
        except GitFailed as failure:
            if failure.status != 1:
                raise
            return ""

    def stream(self, *args: str, stdin: IO[bytes] | None = None) -> Generator[bytes]:
        """What git prints, as it comes. Close the iterator to stop git early.

        Raises:
            GitFailed: git said no.
            InfrastructureError: ``fetch.timeout``.
            CandidateError: ``fetch.clone_too_large``: the watched directory outgrew its limit.
        """
        process = subprocess.Popen(
            [self.program, *self._options(), *args],
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=self.home,
            env=environment(self.home, self.program, self.remote),
            start_new_session=True,
            restore_signals=False,  # Python ignores SIGXFSZ, so git too sees, and says, "File too large"
        )
        try:
            _limit(process.pid, self.max_bytes)
            tail = bytearray()
            yield from self._pump(process, tail)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, self.deadline - time.monotonic()))
            self._check()
        finally:
            _end(process)
        if process.returncode:
            raise GitFailed(process.returncode, _own_words(bytes(tail), self.remote))

    def _pump(self, process: subprocess.Popen[bytes], tail: bytearray) -> Iterator[bytes]:
        checked = 0.0
        with selectors.DefaultSelector() as ready:
            for pipe in (process.stdout, process.stderr):
                assert pipe is not None  # noqa: S101 - both were asked for above
                ready.register(pipe, selectors.EVENT_READ)
            while ready.get_map():
                for key, _ in ready.select(POLL_S):
                    piece = os.read(key.fd, CHUNK)
                    if not piece:
                        ready.unregister(key.fileobj)
                    elif key.fileobj is process.stderr:
                        tail += piece
                        del tail[:-STDERR_TAIL]
                    else:
                        yield piece
                if time.monotonic() - checked > POLL_S:
                    self._check()
                    checked = time.monotonic()

    def _check(self) -> None:
        if self.watched is not None and size_of(self.watched) > self.max_bytes:
            raise clone_too_large(self.max_bytes)
        if time.monotonic() > self.deadline:
            raise timeout(self.seconds)

    def _options(self) -> list[str]:
        settings = list(CONFIG)
        if self.remote is not None:
            settings.append(f"protocol.{self.remote.scheme}.allow=always")
            if self.remote.pin:
                settings.append(f"http.curloptResolve={self.remote.pin}")
        return [part for setting in settings for part in ("-c", setting)]


def find() -> str:
    """The git on PATH.

    Raises:
        InfrastructureError: ``fetch.git_missing``, ``fetch.git_too_old``.
    """
    program = shutil.which("git")
    if program is None:
        raise InfrastructureError(
            "fetch.git_missing", "git is not installed on this machine.", next_step="Install git and run it again."
        )
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    version = re.search(r"(\d+)\.(\d+)", answer)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        raise InfrastructureError(
            "fetch.git_too_old",
            f"{printable(answer.strip(), 60) or 'This git'} is too old: it cannot be held to one address.",
            next_step=f"Install git {OLDEST[0]}.{OLDEST[1]} or newer.",
        )
    return program


def environment(home: Path, program: str, remote: Remote | None) -> dict[str, str]:
    """Everything that git gets to know of ours: where CAs are, and the one proxy to use.

    HOME must be a real, empty directory: for an empty *string* curl looks up the account's own
    home and reads its ``.netrc``.
    """
    scheme = remote.scheme if remote else "none"
    made = {
        "PATH": os.pathsep.join((str(Path(program).parent), "/usr/bin", "/bin")),
        "HOME": str(home),
        "LC_ALL": "C",  # git's sentences are read below
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_ALLOW_PROTOCOL": scheme,  # as protocol.allow, but also reaches the far end of a local clone
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ATTR_NOSYSTEM": "1",
    }
    if remote and remote.proxy:
        made[f"{scheme}_proxy"] = remote.proxy
    authorities = next((os.environ[name] for name in _CA_FILES if os.environ.get(name)), None)
    if authorities:
        made["GIT_SSL_CAINFO"] = authorities
    for name in ("GIT_SSL_CAPATH", "SSL_CERT_DIR"):
        if os.environ.get(name):
            made[name] = os.environ[name]
    return made


def size_of(folder: Path) -> int:
    """Bytes that a directory takes on disk; what vanishes while we look counts nothing."""
    total = 0
    waiting = [str(folder)]
    while waiting:
        with contextlib.suppress(FileNotFoundError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                with contextlib.suppress(FileNotFoundError):
                    stat = entry.stat(follow_symlinks=False)
                    total += max(stat.st_size, stat.st_blocks * 512)
    return total


def _limit(pid: int, max_file: int) -> None:
    """Cap memory and the size of any one file, for what grows faster than we poll (Linux only)."""
    if hasattr(resource, "prlimit"):
        caps = {resource.RLIMIT_FSIZE: max_file, resource.RLIMIT_AS: MAX_MEMORY, resource.RLIMIT_CORE: 0}
        with contextlib.suppress(ProcessLookupError):
            for kind, cap in caps.items():
                _, hard = resource.prlimit(pid, kind)
                allowed = cap if hard == resource.RLIM_INFINITY else min(cap, hard)
                resource.prlimit(pid, kind, (allowed, allowed))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group if its leader was not collected yet, and close the pipes.

    Then wait until the last of the group has closed its stderr: a dying git may still finish a
    write into a directory that we are about to remove. (Process ids would not tell: an init that
    is slow to collect orphans keeps them.)
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _wait_for_eof(process.stderr)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _wait_for_eof(pipe: IO[bytes] | None) -> None:
    with selectors.DefaultSelector() as ready:
        if pipe is not None:
            ready.register(pipe, selectors.EVENT_READ)
            gone = time.monotonic() + DYING_S
            while time.monotonic() < gone and not (ready.select(POLL_S) and not pipe.read(CHUNK)):
                pass


def _own_words(stderr: bytes, remote: Remote | None) -> str:
    """What git itself said: a server's lines (“remote: …”) must not choose whose fault it is."""
    if len(stderr) >= STDERR_TAIL:  # the first line lost its beginning, and with it who said it
        stderr = stderr.partition(b"\n")[2]
    text = stderr.decode("utf-8", "replace")
    if remote is not None:  # nor may a word in the URL
        text = text.replace(remote.target, "")
    lines = re.split(r"[\r\n]+", text)
    return "\n".join(line for line in lines if line.strip() and not line.startswith("remote:"))
