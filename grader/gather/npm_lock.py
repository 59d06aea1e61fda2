"""What a Node submission wants installed: the packages of its lock file, each by name, version and digest.

``package-lock.json`` is taken apart before anything runs. Nothing of it reaches an installer but names, versions,
digests and places that were read here, so an address, an option or a script in it can lead nowhere. Packages for
development alone are left out.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from grader.errors import CandidateError, printable
from grader.gather.wanted import Package, Wanted
from grader.limits import Limits

PACKAGE: Final = "package.json"
LOCK: Final = "package-lock.json"
_OTHER_LOCKS = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
_FILE_BYTES = 4 * 1024 * 1024
_NAME = r"(?:@[a-z0-9~-][a-z0-9._~-]{0,99}/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]{0,99}"
_NAMES = re.compile(_NAME, re.ASCII)
_PLACE = re.compile(rf"node_modules/{_NAME}(?:/node_modules/{_NAME}){{0,30}}", re.ASCII)
_VERSION = re.compile(r"\d{1,15}\.\d{1,15}\.\d{1,15}(?:[-+][0-9A-Za-z.+-]{1,100})?", re.ASCII)
_SHA512 = re.compile(r"(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)(?:[\s?]|$)", re.ASCII)
_BIN = re.compile(r"[A-Za-z0-9_~][A-Za-z0-9._~-]{0,99}", re.ASCII)
_ALIAS = re.compile(rf"npm:{_NAME}(?:@[^:/]*)?", re.ASCII)
_PLAIN_SPEC = re.compile(r"[^:/\\]*")
"""A range or a tag: no scheme, no path, no user/repository."""
_HERE = {"os": "linux", "cpu": "x64", "libc": "glibc"}
_LOCK_NEXT = f"Run `npm install --package-lock-only` and commit {LOCK}."


def read_npm(tree: Path, limits: Limits) -> Wanted:
    """Parse a Node submission's ``package.json`` and ``package-lock.json``.

    Raises:
        CandidateError: ``install.…`` with the file, and the line or the package that is refused.
    """
    project, lock = tree / PACKAGE, tree / LOCK
    if not _is_file(project):
        if _is_file(lock):
            raise _bad_lock(f"there is a {LOCK} and no {PACKAGE}", f"Commit {PACKAGE} too.")
        return Wanted(source="none", requirements=())
    wanted = _dependencies(_object(project, _text(project)), PACKAGE)
    if not _is_file(lock):
        if wanted:
            raise _no_lock(tree, len(wanted))
        return Wanted(source=PACKAGE, requirements=())
    packages = tuple(_Lock(text := _text(lock), _object(lock, text)).packages(wanted))
    if len(packages) > limits.npm_packages:
        raise CandidateError(
            "install.too_many",
            f"{LOCK} names {len(packages)} packages beside those for development; {limits.npm_packages} is the most.",
            next_step="Depend only on what the service imports.",
        )
    return Wanted(source=LOCK, requirements=tuple(package.line for package in packages), packages=packages)


@dataclass(slots=True)
class _Lock:
    """A lock file, with its text for the numbers of lines."""

    text: str
    table: Mapping[str, object]
    registry: str = field(default="", init=False)
    """Where the first package came from; the others have to come from there too."""

    def packages(self, wanted: Mapping[str, str]) -> Iterator[Package]:
        """Every package that the service may need here, in the order of their places."""
        if self.table.get("lockfileVersion") not in (2, 3):
            shown = printable(json.dumps(self.table.get("lockfileVersion")), 40)
            raise _bad_lock(f"its lockfileVersion is {shown}, and 2 or 3 is read", "Make it anew with npm 7 or later.")
        entries = self.table.get("packages")
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            raise _bad_lock("it has no table of packages")
        self._compare(wanted, entries.get("", {}))
        for place, entry in sorted(entries.items()):
            if place and not (entry.get("dev") is True or entry.get("inBundle") is True):
                package = self._package(place, entry)
                if package is not None:
                    yield package

    def _compare(self, wanted: Mapping[str, str], root: Mapping[str, object]) -> None:
        """Whether the lock was made from this very ``package.json``."""
        locked = _dependencies(root, LOCK)
        odd = sorted({name for name, _ in wanted.items() ^ locked.items()})
        if odd:
            raise _bad_lock(f"it was not made from this {PACKAGE}: {printable(odd[0], 100)} differs")

    def _package(self, place: str, entry: Mapping[str, object]) -> Package | None:
        if entry.get("link") or not place.startswith("node_modules/"):
            raise self._refused(place, "is a folder of the repository (a file: or workspace package)")
        if not _PLACE.fullmatch(place):
            raise self._refused(place, "has no name that a package can have")
        name = entry.get("name", place.rpartition("node_modules/")[2])
        if not isinstance(name, str) or not _NAMES.fullmatch(name):
            raise self._refused(place, "has no name that a package can have")
        version = entry.get("version")
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            raise self._refused(place, f"has no version of a registry: {printable(str(version), 80)!r}")
        self._check_address(place, name, version, entry.get("resolved"))
        digest = _SHA512.search(str(entry.get("integrity", "")))
        if digest is None:
            raise self._refused(place, "has no sha512 integrity")
        if wrong := next((kind for kind, here in _HERE.items() if not _fits(entry.get(kind), here)), ""):
            if entry.get("optional") is True or entry.get("devOptional") is True:
                return None
            raise self._refused(place, f"is for another {wrong} than {_HERE[wrong]}")
        return Package(
            path=place,
            name=name,
            version=version,
            sha512=base64.b64decode(digest.group(1)).hex(),
            bins=_bins(name, entry.get("bin")),
            scripts=entry.get("hasInstallScript") is True,
        )

    def _check_address(self, place: str, name: str, version: str, resolved: object) -> None:
        """What is fetched goes by name and version; an address that says something else is refused all the same."""
        if resolved is None:  # npm leaves it out when it is told to
            return
        address = str(resolved)
        try:
            parts = urlsplit(address)
        except ValueError:
            raise self._refused(place, "comes from what is no address") from None
        if parts.scheme != "https" or "@" in parts.netloc or not parts.netloc:
            raise self._refused(place, f"does not come from a registry: {printable(address, 120)}")
        file = f"/-/{name.rpartition('/')[2]}-{version}.tgz"
        found = parts.path.replace("%2f", "/").replace("%2F", "/")
        if parts.query or parts.fragment or not found.endswith(f"/{name}{file}"):
            raise self._refused(place, f"is not at a registry's address of {name} {version}: {printable(address, 120)}")
        registry = parts.netloc + found.removesuffix(f"{name}{file}")
        self.registry = self.registry or registry
        if registry != self.registry:
            raise self._refused(place, f"comes from elsewhere than the packages before it: {printable(address, 120)}")

    def _refused(self, place: str, why: str) -> CandidateError:
        before = self.text.partition(f"{json.dumps(place)}:")[0]
        line = f", line {before.count(chr(10)) + 1}" if len(before) < len(self.text) else ""
        return CandidateError(
            "install.requirement_refused",
            f"{LOCK}{line}: {printable(place, 120)} {why}.",
            next_step=f"Depend on packages of the registry alone, by name and version. {_LOCK_NEXT}",
        )


def _dependencies(table: Mapping[str, object], where: str) -> dict[str, str]:
    """The packages that a project names for its service, each with a range or a tag."""
    if table.get("workspaces"):
        raise _refused_spec(where, "workspaces", "are not taken")
    found: dict[str, str] = {}
    for kind in ("dependencies", "optionalDependencies"):
        named = table.get(kind, {})
        if not isinstance(named, dict):
            raise _refused_spec(where, kind, "is not a table")
        for name, spec in named.items():
            if not isinstance(spec, str) or not (_PLAIN_SPEC.fullmatch(spec) or _ALIAS.fullmatch(spec)):
                raise _refused_spec(
                    where, name, f"is given by {printable(str(spec), 100)!r}, which is no version of a registry"
                )
            found[name] = spec
    return found


def _bins(name: str, bins: object) -> tuple[tuple[str, str], ...]:
    """The programs of a package, where both the name and the path are plain."""
    if isinstance(bins, str):
        bins = {name.rpartition("/")[2]: bins}
    found = []
    for program, target in bins.items() if isinstance(bins, dict) else ():
        parts = [part for part in str(target).split("/") if part not in ("", ".")]
        if _BIN.fullmatch(program) and parts and ".." not in parts and "/".join(parts).isprintable():
            found.append((program, "/".join(parts)))
    return tuple(found)


def _fits(wanted: object, here: str) -> bool:
    """The rule of npm for ``os``, ``cpu`` and ``libc``: named, or not excluded where nothing is named."""
    words = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
    named = [word for word in words if isinstance(word, str) and not word.startswith("!")]
    return f"!{here}" not in words and (not named or here in named or "any" in named)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _text(path: Path) -> str:
    raw = path.read_bytes()[: _FILE_BYTES + 1]
    if len(raw) > _FILE_BYTES:
        raise _not_json(path, f"is larger than {_FILE_BYTES // 1024 // 1024} MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_json(path, "is not UTF-8") from None


def _object(path: Path, text: str) -> dict[str, object]:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_json(path, f"is not valid JSON: {printable(str(error))}") from None
    if not isinstance(table, dict):
        raise _not_json(path, "is not a JSON object")
    return table


def _not_json(path: Path, why: str) -> CandidateError:
    return CandidateError("install.not_json", f"{path.name} {why}.", next_step=f"Mend {path.name}, or make it anew.")


def _no_lock(tree: Path, count: int) -> CandidateError:
    other = next((name for name in _OTHER_LOCKS if _is_file(tree / name)), "")
    aside = f" {other} is not read." if other else ""
    return CandidateError(
        "install.lock_missing",
        f"{PACKAGE} names {count} dependencies, and there is no {LOCK}.{aside}",
        next_step=_LOCK_NEXT,
    )


def _bad_lock(why: str, next_step: str = _LOCK_NEXT) -> CandidateError:
    return CandidateError("install.lock_refused", f"{LOCK}: {why}.", next_step=next_step)


def _refused_spec(where: str, name: str, why: str) -> CandidateError:
    return CandidateError(
        "install.requirement_refused",
        f"{where}: {printable(name, 100)} {why}.",
        next_step='Name packages of the registry with versions, such as "fastify": "^5.6.0", and lock them again.',
    )
