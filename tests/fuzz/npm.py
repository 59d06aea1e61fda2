"""What npm brings: a lock file, and archives on their way into an environment."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile

from grader.errors import CandidateError, GraderError
from grader.gather.npm_lock import read_npm
from grader.limits import Limits
from harness.install.node import Job, RefusedError
from tests.fuzz.support import Target, hold, scratch, sound, tree

_LIMITS = Limits(npm_packages=20)
_PROJECT = b'{"name": "own", "dependencies": {"a": "1.0.0"}}'
_DIGEST = "sha512-" + "A" * 86 + "=="
_SHA512_HEX = 128
_MOST = 200_000


def npm_lock(data: bytes) -> None:
    """``package-lock.json``: names, versions and digests at places made of names, or a refusal."""
    try:
        wanted = read_npm(tree("npm", package_json=_PROJECT, **{"package-lock_json": data}), _LIMITS)
    except GraderError as error:
        sound(error, CandidateError, "install.")
        return
    hold(len(wanted.packages) <= _LIMITS.npm_packages, "more packages than the limit")
    for package in wanted.packages:
        parts = package.path.split("/")
        hold(parts[0] == "node_modules" and not {"", ".", ".."} & set(parts), f"a place that leads away: {parts}")
        hold(len(package.sha512) == _SHA512_HEX, "no whole digest")
        for text in (package.path, package.line, *(word for pair in package.bins for word in pair)):
            hold(text.isprintable(), f"text with control characters: {text!r}")
        hold(all(".." not in target.split("/") and target[0] != "/" for _, target in package.bins), "a bin elsewhere")


def npm_archive(data: bytes) -> None:
    """An archive: plain files below the package's place, within the limit, or a refusal that names the package."""
    root = scratch() / "npm-archive"
    shutil.rmtree(root, ignore_errors=True)
    (root / "env" / "node_modules").mkdir(parents=True)
    (root / "a.tgz").write_bytes(gzip.compress(data, 1, mtime=0))
    package = {"path": "node_modules/a", "name": "a", "version": "1.0.0", "bins": [["a", "a"]], "scripts": False}
    job = Job(packages=[package], index="", max_bytes=_MOST, environment=root / "env", archives=root)
    try:
        job.unpack(package, root / "a.tgz")
        job.link(package)
    except RefusedError as error:
        hold(error.stage in {"refused", "too_large"}, f"an odd stage: {error.stage}")
    found = [path for path in root.rglob("*") if path.name != "a.tgz" and not path.is_dir()]
    place = root / "env" / "node_modules"
    for path in found:
        linked = path.is_symlink()
        hold(path.is_relative_to(place / ".bin" if linked else place / "a"), f"written elsewhere: {path}")
        hold(not linked or path.resolve().is_relative_to(place / "a"), f"a link that leads away: {path}")
    hold(sum(path.lstat().st_size for path in found) <= _MOST, "more bytes than the limit")


def _lock(**entry: object) -> bytes:
    plain = {"version": "1.0.0", "resolved": "https://r.example/a/-/a-1.0.0.tgz", "integrity": _DIGEST}
    packages = {"": json.loads(_PROJECT), "node_modules/a": plain | entry}
    return json.dumps({"lockfileVersion": 3, "packages": packages}).encode()


def _tar(*members: tuple[str, bytes, bytes, str], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, bufsize=512) as file:
        for name, content, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname, info.mode = kind, len(content), target, 0o777
            file.addfile(info, io.BytesIO(content))
    return buffer.getvalue()[: 1_024 * (2 + 2 * len(members))]


_FILE, _LINK = tarfile.REGTYPE, tarfile.SYMTYPE

TARGETS = (
    Target(
        name="npm_lock",
        run=npm_lock,
        seeds=(
            _lock(),
            _lock(bin={"a": "cli.js", "b": "../x"}, hasInstallScript=True),
            _lock(resolved="git+ssh://git@x.example/a.git#0"),
            _lock(link=True, resolved="../a"),
            _lock(name="@s/b", resolved="https://r.example/@s%2fb/-/b-1.0.0.tgz"),
            _lock(optional=True, os=["!linux"], cpu="x64", libc=7),
            _lock(name="a").replace(b"node_modules/a", b"node_modules/../a"),
            b'{"lockfileVersion": ' + b"9" * 5_000 + b"}",
            b"[" * 4_000,
        ),
        words=(
            b'"node_modules/a": ',
            b'"version": ',
            b'"resolved": ',
            b'"integrity": ',
            b'"name": ',
            b'"bin": ',
            b'"dev": true',
            b'"inBundle": true',
            b'"link": true',
            b"node_modules/",
            b"/../",
            b"@s/",
            b"\\ud800",
            b"\\u0000",
            b"file:",
            b"git+",
            b"https://",
            b"%2f",
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b"null",
            b"NaN",
        ),
    ),
    Target(
        name="npm_archive",
        run=npm_archive,
        max_bytes=8_192,
        seeds=(
            _tar(("package/package.json", b"{}", _FILE, ""), ("package/a", b"#!", _FILE, "")),
            _tar(("package/../../x", b"x", _FILE, "")),
            _tar(("/etc/x", b"x", _FILE, ""), ("..", b"", tarfile.DIRTYPE, "")),
            _tar(("package/l", b"", _LINK, "/etc"), ("package/l/x", b"x", _FILE, "")),
            _tar(("package/a", b"", _LINK, "/etc/passwd")),
            _tar(("package/h", b"", tarfile.LNKTYPE, "package/h")),
            _tar(("package/d", b"", tarfile.CHRTYPE, ""), ("package/f", b"", tarfile.FIFOTYPE, "")),
            _tar(("package/" + "n" * 300, b"x", _FILE, ""), form=tarfile.GNU_FORMAT),
            _tar(("package/a", b"x", _FILE, ""), ("package/a/b", b"x", _FILE, "")),
        ),
        words=(
            b"ustar\x0000",
            b"ustar  \0",
            b"\x80" + bytes(11),
            b"\xff" * 12,
            b"GNU.sparse.map=",
            b"30 path=../../../../../../../x\n",
            b"path=",
            b"L",
            b"K",
            b"x",
            b"g",
            b"S",
            b"0" * 12,
            b"../",
        ),
    ),
)
