"""Where attacks are run: one engine, one git daemon, one set of listening ports that nobody may reach.

Every attack is graded by the real command line in a process of its own, with a folder for temporary files
of its own, and is looked at again afterwards: what it left in the engine, on the disk, and running.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.gather.environment import KnownEnvironment
from grader.sandbox.engine import Engine
from grader.sandbox.images import ensure_images
from grader.settings import read_settings
from grader.validation.publish import bare_repository, served
from tests.attacks.kit import BASES, Attack
from tests.attacks.listener import Listener

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = frozenset({"expected.toml", "host.py"})
HURRIED = {"boot_s": 6, "recover_s": 3, "exchange_s": 1.5, "phase_s": 40, "service": {"memory_bytes": 402_653_184}}
"""A hostile service hangs on purpose: short waits, and still long enough for an honest one on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one grading came to, and what it left behind."""

    exit: int
    out: str
    err: str
    seconds: float
    folder: Path
    left: tuple[str, ...]
    """Things, files and processes that should be gone."""
    reached: tuple[str, ...]
    """Ports of this machine that somebody called."""

    def record(self, name: str) -> dict[str, Any]:
        """``evidence`` or ``scorecard``; empty when there is none."""
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}


@dataclass(slots=True, kw_only=True)
class Place:
    """What an attack's ``host.py`` may use on our side: ``publish(place)`` gives the URL to grade.

    Its other way in is ``prepare(place)``, which may write files of the submission and settings before it is published.
    """

    folder: Path
    """Its own; goes away with the attack."""
    submission: Path
    """The files that will be published."""
    repositories: Path
    address: str
    """Repositories in ``repositories`` are at ``{address}/<name>.git``."""
    targets: list[tuple[str, int]]
    environment: dict[str, str] = field(default_factory=dict)
    """Settings of the grader for this attack."""
    arguments: list[str] = field(default_factory=list)
    """More of the command line, where it is known only now."""
    within: list[str] = field(default_factory=list)
    """A program that runs the grader, such as one that makes a network namespace first."""
    closing: ExitStack = field(default_factory=ExitStack)

    @property
    def name(self) -> str:
        """Its own in the batch."""
        return self.folder.name


@dataclass(slots=True, kw_only=True)
class Field:
    """One batch's surroundings."""

    root: Path
    state: Path
    repositories: Path
    address: str
    listener: Listener
    tree: Path = ROOT
    """Whose grader runs: ours, or a copy with a defence switched off."""

    def run(self, attack: Attack, label: str = "") -> Ran:
        """Grade one attack and look at what it left."""
        marker = f"{attack.kind}-{attack.name}{label}"
        own = self.root / marker
        shutil.rmtree(own, ignore_errors=True)
        (own / "tmp").mkdir(parents=True)
        with ExitStack() as closing:
            place = Place(
                folder=own,
                submission=own / "submission",
                repositories=self.repositories,
                address=self.address,
                targets=self.listener.targets,
                closing=closing,
            )
            url = self._publish(attack, place, marker)
            return self._grade(attack, place, url)

    def _publish(self, attack: Attack, place: Place, marker: str) -> str:
        if attack.expected.base != "none":
            shutil.copytree(BASES / attack.expected.base, place.submission)
        shutil.copytree(attack.folder, place.submission, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*OURS))
        (place.submission / "targets.json").write_text(json.dumps(place.targets))
        host = _host(attack)
        if host is not None and hasattr(host, "prepare"):
            host.prepare(place)
        if host is not None and hasattr(host, "publish"):
            return str(host.publish(place))
        repository = self.repositories / f"{marker}.git"
        shutil.rmtree(repository, ignore_errors=True)
        bare_repository(place.submission, repository, leave_out=OURS)
        return f"{self.address}/{marker}.git"

    def _grade(self, attack: Attack, place: Place, url: str) -> Ran:
        limits = place.folder / "limits.toml"
        limits.write_text(_toml(HURRIED | attack.expected.limits))
        out = place.folder / "out"
        environment = {
            **os.environ,
            "GRADER_CHALLENGES": str(ROOT / "tests" / "challenges"),
            "GRADER_LIMITS": str(limits),
            "GRADER_STATE": str(self.state),
            "GRADER_ATTACK": str(place.folder.resolve()),  # batches side by side have attacks of the same name
            "TMPDIR": str(place.folder / "tmp"),
            "PYTHONPATH": str(self.tree),
            "COLUMNS": "200",
            **attack.expected.environment,
            **place.environment,
        }
        command = [*place.within, sys.executable, "-m", "grader.cli", "run", url]
        more = ["--challenge", attack.expected.challenge, "--out", str(out), *attack.expected.arguments]
        began = time.monotonic()
        with subprocess.Popen(
            [*command, *more, *place.arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=self.tree,
        ) as process:
            try:
                said, errors = process.communicate(timeout=attack.expected.wall_s + 60)
            except subprocess.TimeoutExpired:
                process.terminate()  # it cleans up after itself, and the judge sees how long it took
                said, errors = process.communicate()
        return Ran(
            exit=process.returncode,
            out=said,
            err=errors,
            seconds=time.monotonic() - began,
            folder=out,
            left=tuple(self._left(place.folder, out)),
            reached=tuple(self.listener.called()),
        )

    def _left(self, own: Path, out: Path) -> Iterator[str]:
        temporary = own / "tmp"
        yield from (f"file {path.relative_to(temporary)}" for path in sorted(temporary.rglob("*")))
        yield from (f"process {number}" for number in _marked(str(own.resolve())))
        run = json.loads((out / "scorecard.json").read_text("utf-8"))["grading"] if out.exists() else ""
        with Engine() as engine:
            yield from (f"{item.kind} {item.name}" for item in engine.leftovers() if run and item.run_id == run)
        if run and (self.state / "runs" / f"{run}.files").exists():
            yield f"files of run {run}"

    def remains(self) -> list[str]:
        """What is still there when every attack is over: nothing, if all is well."""
        host = self.state / "host-id"
        if not host.exists():
            return []
        with Engine() as engine:
            ours = [f"{i.kind} {i.name}" for i in engine.leftovers() if i.host == host.read_text("ascii").strip()]
        return ours + [str(path.relative_to(self.state)) for path in (self.state / "runs").glob("*")]


@contextmanager
def opened(root: Path, tree: Path = ROOT) -> Iterator[Field]:
    """A field in the folder ``root``, with a state folder of its own; its environments go with it."""
    repositories, state = root / "repositories", root / "state"
    repositories.mkdir(parents=True)
    with Engine() as engine:
        ensure_images(engine, read_settings())  # now: an attack may stand in the place of the package index
    with ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(Listener()))
        address = stack.enter_context(served(repositories))
        yield Field(root=root, state=state, repositories=repositories, address=address, listener=listener, tree=tree)
        with Engine() as engine:
            for path in state.glob("environments/*/*.json"):
                engine.remove("volume", KnownEnvironment.load(path).volume)


def _host(attack: Attack) -> ModuleType | None:
    path = attack.folder / "host.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"attack_{attack.kind}_{attack.name}".replace("-", "_"), path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _marked(marker: str) -> Iterator[int]:
    """Processes of this machine that inherited the attack's environment and still run."""
    wanted = f"GRADER_ATTACK={marker}\0".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes() + b"\0":
                yield int(folder.name)


def _toml(values: dict[str, Any]) -> str:
    """Numbers and one level of tables: all that budgets are."""
    plain = [f"{key} = {value}" for key, value in values.items() if not isinstance(value, dict)]
    tables = [f"\n[{key}]\n{_toml(value)}" for key, value in values.items() if isinstance(value, dict)]
    return "\n".join([*plain, *tables]) + "\n"
