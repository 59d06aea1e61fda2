"""Which runs are alive, and what dead ones left behind.

Each run holds a lock on a file in the state folder for as long as its process lives; the kernel
lets go of it however the process ends. What carries the label of a run that nobody holds is
left over and can go.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InfrastructureError
from grader.limits import Limits
from grader.record import disk_error
from grader.sandbox.engine import Engine, Leftover
from grader.settings import Settings

_ENVIRONMENT_PREFIX = "grader-env-"


@contextmanager
def live_run(settings: Settings) -> Iterator[str]:
    """Hold a new run's lock; yields the run's id."""
    folder = _folder(settings)
    run_id = f"{time.strftime('%y%m%d%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
    path = folder / f"{run_id}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield run_id
    finally:
        shutil.rmtree(run_folder(settings, run_id), ignore_errors=True)
        path.unlink(missing_ok=True)
        os.close(descriptor)


def run_folder(settings: Settings, run_id: str) -> Path:
    """Where a run keeps a stranger's source tree; goes with the run, and with the sweep after a kill."""
    folder = settings.state / "runs" / f"{run_id}.files"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep removed, and what it could not."""

    removed: tuple[Leftover, ...]
    stuck: tuple[str, ...]


def sweep(engine: Engine, settings: Settings) -> Swept:
    """Remove what dead runs left in the engine: ours by lock, another machine's by age."""
    removed: list[Leftover] = []
    stuck: list[str] = []
    host, too_old = settings.host_id(), Limits().container_s + 600
    for item in engine.leftovers():
        dead = not _alive(settings, item.run_id) if item.host == host else item.age_s > too_old
        if not dead:
            continue
        try:
            engine.remove(item.kind, item.name)
            removed.append(item)
        except InfrastructureError as error:
            stuck.append(f"{item.kind} {item.name}: {error.detail or error.message}")
    _drop_dead_locks(settings)
    return Swept(removed=tuple(removed), stuck=tuple(stuck))


def _folder(settings: Settings) -> Path:
    folder = settings.state / "runs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, folder) from error
    return folder


def _alive(settings: Settings, run_id: str) -> bool:
    if not run_id or "/" in run_id:
        return False
    try:
        descriptor = os.open(_folder(settings) / f"{run_id}.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _drop_dead_locks(settings: Settings) -> None:
    for path in _folder(settings).glob("*.lock"):
        # A lock younger than a minute may belong to a run that has just made its file and not locked it yet.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > 60 and not _alive(settings, path.stem):  # noqa: PLR2004
                shutil.rmtree(path.with_suffix(".files"), ignore_errors=True)
                path.unlink(missing_ok=True)


def any_alive(settings: Settings) -> bool:
    """Whether any run of this machine is under way."""
    return any(_alive(settings, path.stem) for path in _folder(settings).glob("*.lock"))


def orphaned(settings: Settings, volume: str) -> bool:
    """Whether a kept volume is an environment that no list names and no live run fills."""
    if not volume.startswith(_ENVIRONMENT_PREFIX):
        return False
    for path in (settings.state / "environments").glob("*/*.json"):
        with suppress(FileNotFoundError):  # another run may drop a list while we look
            if volume in path.read_text("utf-8"):
                return False
    run_id = "-".join(volume.removeprefix(_ENVIRONMENT_PREFIX).split("-")[:2])
    return not _alive(settings, run_id)
