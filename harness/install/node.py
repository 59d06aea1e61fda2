"""Put npm packages into ``/env/node/node_modules``: ``python -m harness.install.node``.

Reads ``/job/in/job.json`` ({"packages": [...], "index": url, "max_bytes": n}), each package with its place, name,
version, digest and programs, as the grader read them from the lock file; writes ``/job/out/result.json``. Archives
are fetched, compared with the lock's sha512 and unpacked by Python: npm itself never runs, so there is no script,
no setting and no build that could. Links, devices and names that climb are never written.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ENVIRONMENT, WORK = Path("/env/node"), Path("/job")
_CHUNK = 64 * 1024
_AT_ONCE = 6
_ATTEMPTS = 3
_TIMEOUT_S = 60
_BLOCK = 4_096
"""What a file or a folder takes at least."""
_DEPTH = 64
_SHOWN_SCRIPTS = 20


class RefusedError(Exception):
    """An install that ends here: ``integrity``, ``not_found``, ``refused``, ``too_large`` or ``fetch``."""

    def __init__(self, stage: str, words: str) -> None:
        super().__init__(words)
        self.stage = stage


@dataclass(slots=True, kw_only=True)
class Job:
    """What is to be installed, where from, and where to."""

    packages: list[dict[str, object]]
    index: str
    max_bytes: int
    environment: Path = ENVIRONMENT
    archives: Path = WORK / "out"
    _taken: int = field(default=0, init=False)

    def run(self) -> dict[str, object]:
        """Fetch, compare and unpack everything; the result as it is written."""
        try:
            self._install()
        except RefusedError as error:
            return {"ok": False, "stage": error.stage, "code": 1, "log": str(error), "packages": []}
        scripts = [_line(package) for package in self.packages if package["scripts"]]
        shown = ", ".join(scripts[:_SHOWN_SCRIPTS]) + (" and more" if len(scripts) > _SHOWN_SCRIPTS else "")
        log = f"These have install scripts, which are not run: {shown}" if scripts else ""
        lines = sorted(_line(package) for package in self.packages)
        return {"ok": True, "stage": "done", "code": 0, "log": log, "packages": lines}

    def _install(self) -> None:
        (self.environment / "node_modules").mkdir(exist_ok=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            fetched = [(package, pool.submit(self._fetch, package)) for package in self.packages]
            try:
                for package, future in fetched:  # in the order of their places: a folder before those in it
                    archive = future.result()
                    self.unpack(package, archive)
                    archive.unlink()
            except RefusedError:
                pool.shutdown(cancel_futures=True)
                raise
        for package in self.packages:
            self.link(package)

    def _fetch(self, package: Mapping[str, object]) -> Path:
        """The package's archive on the disk, with the digest of the lock file."""
        name = str(package["name"])
        url = f"{self.index}{name}/-/{name.rpartition('/')[2]}-{package['version']}.tgz"
        target = self.archives / f"{hashlib.sha256(str(package['path']).encode()).hexdigest()}.tgz"
        for attempt in range(_ATTEMPTS):
            try:
                found = self._download(url, target)
                break
            except urllib.error.HTTPError as error:
                error.close()
                if error.code == http.client.NOT_FOUND:
                    raise RefusedError("not_found", f"The registry has no {_line(package)}.") from None
                problem = f"HTTP {error.code}"
            except (OSError, http.client.HTTPException) as error:
                problem = type(error).__name__
            if attempt == _ATTEMPTS - 1:
                raise RefusedError("fetch", f"{_line(package)} could not be fetched: {problem}.") from None
            time.sleep(0.2 * (attempt + 1))
        if found != package["sha512"]:
            what = f"{_line(package)} is not what package-lock.json says: the registry's has another sha512."
            raise RefusedError("integrity", what)
        return target

    def _download(self, url: str, target: Path) -> str:
        digest, came = hashlib.sha512(), 0
        with _OPENER.open(url, timeout=_TIMEOUT_S) as answer, target.open("wb") as file:
            while chunk := answer.read(_CHUNK):
                came += len(chunk)
                if came > self.max_bytes:
                    raise RefusedError("too_large", "An archive is larger than all of an install may be.")
                digest.update(chunk)
                file.write(chunk)
            length = answer.headers.get("content-length")
            if length is not None and int(length) != came:
                raise http.client.IncompleteRead(b"")
        return digest.hexdigest()

    def unpack(self, package: Mapping[str, object], archive: Path) -> None:
        """Write what an archive holds, or say that it cannot be."""
        try:
            self._write_members(package, archive)
        except RefusedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a stranger's archive makes a parser raise is its fault
            if isinstance(error, OSError) and error.errno == errno.EFBIG:
                raise RefusedError("too_large", f"{_line(package)} holds a file beyond what one may be.") from None
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise RefusedError("fetch", "There is no room left for packages on our side.") from None
            what = f"The archive of {_line(package)} cannot be unpacked: {type(error).__name__}."
            raise RefusedError("refused", what) from None

    def _write_members(self, package: Mapping[str, object], archive: Path) -> None:
        """Write the archive's files below the package's place, without its first folder."""
        place = self.environment / str(package["path"])
        self._make(place)
        with tarfile.open(archive, "r:gz") as members:
            for member in members:
                parts = [part for part in member.name.split("/") if part not in ("", ".")]
                if ".." in parts:
                    raise RefusedError("refused", f"{_line(package)} holds a file whose name climbs.")
                if len(parts) > _DEPTH:
                    raise RefusedError("refused", f"{_line(package)} holds more than {_DEPTH} folders in each other.")
                source = members.extractfile(member) if parts[1:] and member.isfile() else None
                if source is not None:
                    self._write(place.joinpath(*parts[1:]), source, executable=bool(member.mode & 0o111))

    def _make(self, folder: Path) -> None:
        """A folder and what is above it, each counted."""
        for path in (*reversed(folder.relative_to(self.environment).parents), folder.relative_to(self.environment)):
            whole = self.environment / path
            if not whole.is_dir():
                self._take(_BLOCK)
                whole.mkdir()

    def _write(self, target: Path, source: IO[bytes], *, executable: bool) -> None:
        self._make(target.parent)
        self._take(_BLOCK)
        target.unlink(missing_ok=True)
        with target.open("xb") as file:
            while chunk := source.read(_CHUNK):
                self._take(len(chunk))
                file.write(chunk)
        target.chmod(0o755 if executable else 0o644)

    def _take(self, size: int) -> None:
        self._taken += size
        if self._taken > self.max_bytes:
            raise RefusedError("too_large", f"The packages unpack to more than {self.max_bytes} bytes.")

    def link(self, package: Mapping[str, object]) -> None:
        """A top-level package's programs, by name, in ``node_modules/.bin``; whoever comes first has the name."""
        place = str(package["path"])
        if place.count("node_modules/") > 1:
            return
        folder = self.environment / "node_modules" / ".bin"
        for name, target in _pairs(package["bins"]):
            program, link = self.environment / place / target, folder / name
            if program.is_file() and not link.is_symlink():
                folder.mkdir(exist_ok=True)
                program.chmod(0o755)
                link.symlink_to(os.path.relpath(program, folder))


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _pairs(bins: object) -> Iterator[tuple[str, str]]:
    for pair in bins if isinstance(bins, list) else []:
        yield str(pair[0]), str(pair[1])


def _line(package: Mapping[str, object]) -> str:
    return f"{package['name']}@{package['version']}"


def main() -> int:
    """Install and report. Exit code 0 whenever the result was written."""
    job = json.loads((WORK / "in" / "job.json").read_text("utf-8"))
    result = Job(packages=job["packages"], index=job["index"], max_bytes=job["max_bytes"]).run()
    target = WORK / "out" / "result.json"
    temporary = target.with_suffix(".tmp")
    temporary.write_text(json.dumps(result), "utf-8")
    temporary.rename(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
