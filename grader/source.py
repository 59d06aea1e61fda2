"""From a commit's tree to plain files, without ``git checkout``.

Checkout runs what a repository asks for (filters, attributes, hooks) and follows links that it has
just made. So git only lists the tree and hands over blobs; every file is opened here, exclusively
and without following links, beneath one directory. A symlink becomes a text file that holds its
target; a submodule is left out. The list is read as a stream and refused at the first entry beyond
a limit: 644 bytes of objects can name 10^7 paths.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import CandidateError, printable
from grader.fetch_errors import malformed
from grader.git import CHUNK, Git
from grader.limits import MB

LFS_FIRST_LINE = b"version https://git-lfs.github.com/spec/v1\n"
MAX_NAME_BYTES = 255  # NAME_MAX of every file system we write to
NOTED = 3  # names spelled out in one note

_ENTRY = re.compile(rb"(\d{6}) (?:blob|tree|commit) ([0-9a-f]{40}) +(\d+|-)\t(.+)", re.DOTALL)
# What HFS+ ignores in a name (git's own list), so `.g<ZWNJ>it` is `.git` there.
_IGNORED_BY_HFS = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_DOT_GIT = {".git", "git~1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much one repository may cost us. A path's depth counts its names; ``max_paths`` counts directories too."""

    max_clone_bytes: int = 200 * MB
    max_tree_bytes: int = 50 * MB
    max_file_bytes: int = 20 * MB
    max_paths: int = 20_000
    max_depth: int = 32
    max_path_bytes: int = 1024
    timeout_s: float = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a tree listing; ``mode`` as git writes it, ``size`` in bytes (0 for trees and submodules)."""

    mode: str
    blob: str
    size: int
    path: str


def listing(git: Git, git_dir: Path, tree: str, limits: FetchLimits) -> list[Entry]:
    """Every entry of a tree, held against the limits while git is still writing.

    Directories are asked for too (``-t``): nested empty ones would otherwise be 10^7 entries
    without one line of output.

    Raises:
        CandidateError: ``fetch.too_many_paths``, ``fetch.too_deep``, ``fetch.path_too_long``,
            ``fetch.file_too_large``, ``fetch.tree_too_large``, ``fetch.bad_path``, ``fetch.malformed``.
    """
    command = (f"--git-dir={git_dir}", "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", tree)
    found: list[Entry] = []
    total = 0
    with contextlib.closing(git.stream(*command)) as pieces:
        for record in _records(pieces, limits.max_path_bytes):
            entry = _entry(record, limits)
            found.append(entry)
            total += entry.size
            if len(found) > limits.max_paths:
                raise _too("fetch.too_many_paths", f"more than {limits.max_paths:,} files and directories")
            if total > limits.max_tree_bytes:
                raise _too("fetch.tree_too_large", f"more than {limits.max_tree_bytes / MB:g} MB of files")
    return found


def write(git: Git, git_dir: Path, entries: Iterable[Entry], tree_dir: Path) -> int:
    """Write the files of a listing under ``tree_dir`` (new); gives the number of Git LFS pointers among them.

    Raises:
        CandidateError: ``fetch.malformed``: two entries want the same place.
        OSError: the disk's.
    """
    _make_folder(tree_dir)
    files = [entry for entry in entries if entry.mode in {"100644", "100755", "120000"}]
    pointers = 0
    with tempfile.TemporaryFile(dir=git.home) as wanted:
        wanted.writelines(entry.blob.encode() + b"\n" for entry in files)
        wanted.seek(0)
        stream = git.stream(f"--git-dir={git_dir}", "cat-file", "--batch", "--buffer", stdin=wanted)
        with contextlib.closing(stream), io.BufferedReader(_Pieces(stream), CHUNK) as blobs:
            for entry in files:
                if blobs.readline() != f"{entry.blob} blob {entry.size}\n".encode():
                    raise malformed("a file's content is missing.")
                pointers += _write_file(blobs, entry, tree_dir)
                blobs.read(1)  # the newline after each blob
    return pointers


def notes(entries: list[Entry], pointers: int) -> list[str]:
    """What a reader of the source should know about how it was written."""
    said = []
    symlinks = sum(entry.mode == "120000" for entry in entries)
    if symlinks:
        said.append(f"{symlinks} symlink{'s' * (symlinks > 1)} written as text")
    if pointers:
        said.append(f"LFS pointers left as they are: {pointers}")
    submodules = [printable(entry.path, 80) for entry in entries if entry.mode == "160000"]
    if submodules:
        said.append(f"submodule{'s' * (len(submodules) > 1)} {_some(submodules)} left out")
    alike = defaultdict(list)
    for entry in entries:
        alike[unicodedata.normalize("NFC", entry.path).casefold()].append(entry.path)
    said += [
        f"names that differ only by case: {_some([printable(path, 80) for path in paths])}"
        for paths in [paths for paths in alike.values() if len(paths) > 1][:NOTED]
    ]
    return said


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NOTED} more" if len(names) > NOTED else ""
    return ", ".join(names[:NOTED]) + more


def _records(pieces: Iterable[bytes], max_path_bytes: int) -> Iterator[bytes]:
    """Split at NUL without ever holding more than one record and one piece."""
    held = b""
    for piece in pieces:
        *whole, held = (held + piece).split(b"\0")
        yield from whole
        if len(held) > max_path_bytes + CHUNK:
            raise _too("fetch.path_too_long", f"a path longer than {max_path_bytes} bytes")


def _entry(record: bytes, limits: FetchLimits) -> Entry:
    match = _ENTRY.fullmatch(record)
    if match is None:
        raise malformed("a directory has an entry without type or content.")
    mode, path = match[1].decode(), match[4]
    if mode == "100664":  # group-writable, as git wrote until 2005
        mode = "100644"
    if mode not in {"040000", "100644", "100755", "120000", "160000"}:
        raise malformed(f"an entry has the mode {mode}.")
    _refuse_long(path, limits)
    text = _text(path)
    _refuse_dangerous(text)
    size = 0 if match[3] == b"-" else int(match[3])
    if size > limits.max_file_bytes:
        limit = f"{limits.max_file_bytes / MB:g} MB"
        raise _too("fetch.file_too_large", f"a file larger than {limit}, {printable(text, 100)}")
    return Entry(mode=mode, blob=match[2].decode(), size=size, path=text)


def _refuse_long(path: bytes, limits: FetchLimits) -> None:
    names = path.split(b"/")
    if len(names) > limits.max_depth:
        raise _too("fetch.too_deep", f"directories nested more than {limits.max_depth} deep")
    if len(path) > limits.max_path_bytes:
        raise _too("fetch.path_too_long", f"a path longer than {limits.max_path_bytes} bytes")
    if max(map(len, names)) > MAX_NAME_BYTES:
        raise _too("fetch.path_too_long", f"a file name longer than {MAX_NAME_BYTES} bytes")


def _text(path: bytes) -> str:
    try:
        text = path.decode()
    except UnicodeDecodeError:
        raise _bad_path(path.decode("utf-8", "backslashreplace"), "is not UTF-8") from None
    if any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in text):
        raise _bad_path(text, "contains control characters")
    return text


def _refuse_dangerous(path: str) -> None:
    """Names that leave the directory, or that some file system takes for git's own."""
    for name in re.split(r"[/\\]", path):
        if name in {"", ".", ".."}:
            raise _bad_path(path, "points outside its directory")
        on_hfs = _IGNORED_BY_HFS.sub("", name).casefold()
        on_ntfs = on_hfs.partition(":")[0].rstrip(" .")  # of the former: a mount may fold both ways
        if {on_hfs, on_ntfs} & _DOT_GIT:
            raise _bad_path(path, "is reserved for git")


def _write_file(blobs: io.BufferedReader[_Pieces], entry: Entry, tree_dir: Path) -> bool:
    """Copy one blob into a new file; True for a Git LFS pointer."""
    place = tree_dir / entry.path
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    mode = 0o755 if entry.mode == "100755" else 0o644
    try:
        _make_folder(place.parent)
        descriptor = os.open(place, flags, mode)
    except (FileExistsError, NotADirectoryError):
        raise malformed(f"two entries are called {printable(entry.path, 100)}.") from None
    with open(descriptor, "wb") as file:  # noqa: PTH123 - Path.open takes no descriptor
        os.fchmod(descriptor, mode)  # whatever our umask is
        left = entry.size
        first = piece = blobs.read(min(left, CHUNK))
        while piece:
            file.write(piece)
            left -= len(piece)
            piece = blobs.read(min(left, CHUNK))
    return first.startswith(LFS_FIRST_LINE)


def _make_folder(place: Path) -> None:
    """A directory and what it lies in, readable by all, whatever our umask is."""
    if not place.is_dir():
        _make_folder(place.parent)
        place.mkdir()
        place.chmod(0o755)


class _Pieces(io.RawIOBase):
    """A stream of bytes objects as a raw file, so that the library's buffering does the rest."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._held:
            self._held = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._held))
        buffer[:size] = self._held[:size]
        self._held = self._held[size:]
        return size


def _too(code: str, what: str) -> CandidateError:
    return CandidateError(
        code,
        f"The repository has {what}.",
        next_step="Keep data, models, dependencies and build output out of the repository, and submit it again.",
    )


def _bad_path(path: str, why: str) -> CandidateError:
    return CandidateError(
        "fetch.bad_path",
        f"The path “{printable(path, 100)}” in the repository {why}.",
        next_step="Rename it, commit, and submit the new commit.",
    )
