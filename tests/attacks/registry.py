"""An npm registry of ours in the place of the real one, archives that no honest tool would make, and their locks."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping

from tests.attacks.field import Place
from tests.attacks.index import serve

NAME, VERSION = "attack", "1.0.0"
_FILE = f"{NAME}-{VERSION}.tgz"


def archive(files: Mapping[str, bytes | str | tarfile.TarInfo], manifest: Mapping[str, object] | None = None) -> bytes:
    """An npm archive, its members named as they are given; a TarInfo is a member of a kind of its own.

    Args:
        files: contents by name, ``package/…`` where they are honest.
        manifest: more of its package.json.
    """
    about = json.dumps({"name": NAME, "version": VERSION, **(manifest or {})})
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as members:
        for name, content in {"package/package.json": about, **files}.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            data = content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else b""
            info.name, info.size = name, len(data)
            members.addfile(info, io.BytesIO(data))
    return made.getvalue()


def link(target: str) -> tarfile.TarInfo:
    """A member that is a symbolic link."""
    info = tarfile.TarInfo()
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info


def integrity(data: bytes) -> str:
    """A digest as lock files have it."""
    return f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}"


def locked(place: Place, data: bytes, **entry: object) -> None:
    """Give the submission a package.json with one dependency, and an honest lock of it but for these fields."""
    project = {"name": "own", "dependencies": {NAME: VERSION}}
    plain = {
        "version": VERSION,
        "resolved": f"https://registry.example/{NAME}/-/{_FILE}",
        "integrity": integrity(data),
    }
    lock = {"lockfileVersion": 3, "packages": {"": project, f"node_modules/{NAME}": plain | entry}}
    place.submission.joinpath("package.json").write_text(json.dumps(project, indent=2))
    place.submission.joinpath("package-lock.json").write_text(json.dumps(lock, indent=2))


def offer(place: Place, data: bytes, *, address: str = "", listed: str = "", **entry: object) -> None:
    """Serve one package as an honest registry would, and lock it.

    Args:
        place: where the attack runs.
        data: its archive.
        address: where the registry says that it lies, if not where it does.
        listed: the digest that the registry states, if not the true one.
        entry: more of the lock's entry.
    """
    dist = {"tarball": address or f"/{NAME}/-/{_FILE}", "integrity": listed or integrity(data)}
    page = {"name": NAME, "versions": {VERSION: {"name": NAME, "version": VERSION, "dist": dist}}}
    url = serve(place, {f"/{NAME}": json.dumps(page).encode(), f"/{NAME}/-/{_FILE}": data})
    place.environment["GRADER_NPM_REGISTRY"] = url
    locked(place, data, **entry)
