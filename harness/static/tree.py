"""What there is to read: every file of the tree goes to an analyser or is left out with its reason.

Nothing is left out because the submission asks for it. A claim (a folder's name, a marker on top of a file)
is believed only when the files bear it out, and all that is left out is counted.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypedDict

from harness.static import languages

FILE_BYTES, FILES, ALL_BYTES = 1024 * 1024, 5_000, 8 * 1024 * 1024
_ALL_TEXT, _NAME = 8 * 1024 * 1024, 900
_INSTALLED, _VENDORED = ("site-packages", "node_modules"), ("vendor", "vendored", "third_party", "_vendor")
_LICENCES = ("license", "licence", "copying", "notice", "pkg-info", "package.json")
_ASSETS = frozenset({"dist", "static", "assets", "public", "build", "www", *_VENDORED})
_RECORD_BYTES = 2 * 1024 * 1024


class Left(TypedDict):
    """A file, or a folder of packages, that is not analysed."""

    kind: str
    path: str
    reason: str
    files: int
    lines: int
    bytes: int


@dataclass(slots=True)
class Tree:
    """The files to read by name and language, and what was left out."""

    files: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Sentences about files that claim to be left out and are read all the same."""
    size: int = 0
    """Bytes of all code that is the candidate's."""
    unread: int = 0
    """Of that, what no analyser could read."""
    code: int = 0
    """Number of code files taken."""
    text: int = 0
    """Bytes of other text taken."""
    _left: dict[tuple[str, str], Left] = field(default_factory=dict)

    def leave(self, kind: str, path: str, reason: str, data: bytes) -> None:
        """Count a file as left out; files of one folder of packages count together."""
        entry = self._left.setdefault(
            (kind, path), {"kind": kind, "path": path, "reason": reason, "files": 0, "lines": 0, "bytes": 0}
        )
        entry["files"] += 1
        entry["bytes"] += len(data)
        entry["lines"] += 0 if b"\0" in data[:1024] else data.count(b"\n")

    @property
    def left_out(self) -> list[Left]:
        """Everything left out, largest first."""
        return sorted(self._left.values(), key=lambda entry: (-entry["lines"], entry["path"]))


def walk(root: Path, kit: set[str]) -> Tree:
    """Sort every file below ``root``; ``kit`` holds SHA-256 digests of the challenge's own files."""
    tree = Tree()
    for path in _paths(root):
        name, size = path.relative_to(root).as_posix(), path.stat().st_size
        data = path.read_bytes() if size <= 4 * FILE_BYTES else b""
        if kit and data and hashlib.sha256(data).hexdigest() in kit:
            if languages.language(name, data) in languages.CODE:
                tree.leave("kit", name, "unchanged from the challenge's kit", data)
            continue
        if _too_long(tree, name, data):
            continue
        home = _home_of_package(root, PurePosixPath(name), data)
        if home:
            if _may_run(name, data):
                tree.leave(home[0], home[1], home[2], data)
            continue
        _sort(tree, name, size, data)
    return tree


def _paths(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink() and not _cached(path):
                yield path


def _cached(path: Path) -> bool:
    """Bytecode beside its source, which is read instead."""
    source = path.parent.parent / f"{path.name.partition('.')[0]}.py"
    return path.parent.name == "__pycache__" and path.suffix in {".pyc", ".pyo"} and source.is_file()


def _too_long(tree: Tree, name: str, data: bytes) -> bool:
    """A name that no record holds: what is below it counts as unread, if it is code."""
    if len(name) <= _NAME:
        return False
    if _may_run(name, data):
        tree.leave("too large", f"{name[:_NAME]}…", "its path is too long", data)
        tree.size, tree.unread = tree.size + len(data), tree.unread + len(data)
    return True


def _may_run(name: str, data: bytes) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    return (
        suffix in languages.COMPILED or suffix in languages.UNREAD or languages.language(name, data) != languages.TEXT
    )


def _sort(tree: Tree, name: str, size: int, data: bytes) -> None:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in languages.COMPILED:
        tree.leave("compiled", name, "compiled or packed code, which nobody can read", data)
        tree.size, tree.unread = tree.size + size, tree.unread + size
        return
    kind = languages.language(name, data)
    if kind not in languages.CODE:
        if suffix in languages.UNREAD:
            tree.leave("other language", name, f"{languages.UNREAD[suffix]}, which no analyser here reads", data)
        if data and size <= FILE_BYTES and tree.text + size <= _ALL_TEXT and b"\0" not in data[:1024]:
            tree.text += size
            tree.files[name] = kind
        return
    made = languages.machine_made(name, data)
    small = kind != languages.PYTHON and languages.minified(data)
    if made:
        tree.leave(made[0], name, made[1], data)
    elif small and (".min." in name or ".bundle." in name or _ASSETS & set(PurePosixPath(name).parts[:-1])):
        tree.leave("minified", name, "minified for browsers", data)
    else:
        _take(tree, name, kind, size, data, minified=small)


def _take(tree: Tree, name: str, kind: str, size: int, data: bytes, *, minified: bool) -> None:
    tree.size += size
    if size > FILE_BYTES or tree.code >= FILES or tree.size - tree.unread > ALL_BYTES:
        reason = f"beyond what is read (a file of 1 MB, {FILES} files, {ALL_BYTES // 1024**2} MB in all)"
        tree.leave("too large", name, reason, data)
        tree.unread += size
    elif minified:
        tree.leave("minified", name, "minified: nobody can read it", data)
        tree.unread += size
    else:
        if languages.claims_in_vain(name, data):
            tree.notes.append(
                f"{name} says that it is generated and does not look so; it was read like any other file."
            )
        tree.files[name] = kind
        tree.code += 1


def _home_of_package(root: Path, name: PurePosixPath, data: bytes) -> tuple[str, str, str] | None:
    """Kind, folder and reason, when a file belongs to somebody else's package and the package's own records say so."""
    for depth, part in enumerate(name.parts[:-1]):
        folder = PurePosixPath(*name.parts[: depth + 1])
        inside = name.parts[depth + 1 :]
        if part == "site-packages" and _recorded(root / folder, "/".join(inside), data):
            return "installed", f"{folder}/", "installed packages (each file as its package's record says)"
        if part == "node_modules" and _named_package(root / folder, inside[:2]):
            return "installed", f"{folder}/", "installed packages"
        if part in _VENDORED and len(inside) > 1 and _own_licence(root / folder / inside[0]):
            return "vendored", f"{folder}/{inside[0]}/", "a copy of somebody else's package, with its own licence file"
    return None


_records: dict[Path, dict[str, str]] = {}


def _recorded(site: Path, inside: str, data: bytes) -> bool:
    """Whether a package's RECORD lists the file with these very bytes."""
    if site not in _records:
        listed: dict[str, str] = {}
        for record in sorted(site.glob("*.dist-info/RECORD"))[:500]:
            if record.stat().st_size <= _RECORD_BYTES:
                rows = csv.reader(record.read_text("utf-8", "replace").splitlines())
                listed |= {row[0]: row[1] for row in rows if len(row) >= 2}  # noqa: PLR2004 - path, digest, size
        _records[site] = listed
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return _records[site].get(inside) == f"sha256={digest}"


@cache
def _named_package(modules: Path, inside: tuple[str, ...]) -> bool:
    """Whether the package's own package.json has the folder's name and a version."""
    package = "/".join(inside[: 2 if inside[0].startswith("@") else 1])
    about = modules / package / "package.json"
    try:
        said = json.loads(about.read_text("utf-8")) if about.stat().st_size <= _RECORD_BYTES else {}
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("name") == package and bool(said.get("version"))


@cache
def _own_licence(package: Path) -> bool:
    return package.is_dir() and any(path.name.lower().startswith(_LICENCES) for path in package.iterdir())
