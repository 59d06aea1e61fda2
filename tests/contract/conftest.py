"""Both sandboxes, and the same small programs in both forms."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from grader.limits import Limits, PodLimits
from grader.promises import docker_sandbox
from grader.sandbox.base import ContainerSpec, Mount, Sandbox
from grader.sandbox.engine import Engine
from grader.sandbox.images import ensure_base
from grader.sandbox.runs import live_run
from grader.sandbox.scripted import Machine, ScriptedSandbox
from grader.settings import read_settings

MB = 1024 * 1024


def _copy(machine: Machine) -> int:
    machine.write("/vol/out/copy.txt", machine.read("/vol/in.txt").upper())
    return 0


def _count(machine: Machine) -> int:
    try:
        seen = int(machine.read("/vol/out/count"))
    except FileNotFoundError:
        seen = 0
    machine.write("/vol/out/count", str(seen + 1).encode())
    return 0


def _sleep(machine: Machine) -> int:
    machine.say(b"sleeping\n")
    machine.sleep(60)
    return 0


def _write_read_only(machine: Machine) -> int:
    try:
        machine.write("/vol/out/forbidden", b"x")
    except OSError:
        return 13
    return 0


def _many_lines(machine: Machine) -> int:
    machine.say(b"first\n")
    for number in range(20_000):
        machine.say(f"line {number}\n".encode())
    machine.say(b"last \x1b[31m\n")
    return 0


def _flood(machine: Machine) -> int:
    while not machine.killed.is_set():
        machine.say(b"x" * 65_536)
    return 0


def _big(machine: Machine) -> int:
    machine.write("/vol/out/big", b"x" * (3 * MB))
    return 0


SCRIPTED: dict[str, Callable[[Machine], int]] = {
    "exit7": lambda _: 7,
    "copy": _copy,
    "count": _count,
    "sleep": _sleep,
    "write_read_only": _write_read_only,
    "many_lines": _many_lines,
    "flood": _flood,
    "big": _big,
}

PYTHON = {
    "exit7": "raise SystemExit(7)",
    "copy": "t = open('/vol/in.txt').read(); open('/vol/out/copy.txt', 'w').write(t.upper())",
    "count": """
        import pathlib
        p = pathlib.Path('/vol/out/count')
        p.write_text(str(int(p.read_text()) + 1 if p.exists() else 1))
    """,
    "sleep": "import time; print('sleeping', flush=True); time.sleep(60)",
    "write_read_only": """
        try:
            open('/vol/out/forbidden', 'w').write('x')
        except OSError:
            raise SystemExit(13)
    """,
    "many_lines": """
        print('first')
        for n in range(20000): print('line', n)
        print('last \\x1b[31m')
    """,
    "flood": """
        import sys
        while True: sys.stdout.write('x' * 65536)
    """,
    "big": "open('/vol/out/big', 'w').write('x' * (3 * 1024 * 1024))",
}


@dataclass(frozen=True)
class World:
    """One sandbox under test."""

    sandbox: Sandbox
    image: str
    scripted: bool

    def spec(self, program: str, *, volume: str | None = None, read_only: bool = False, role: str = "test"):
        """A container that runs one of the programs, with a volume at /vol."""
        mounts = [Mount(volume=volume, path="/vol", read_only=read_only)] if volume else []
        command = [program] if self.scripted else ["python3", "-c", textwrap.dedent(PYTHON[program])]
        return ContainerSpec(
            role=role,
            image=self.image,
            command=command,
            uid=10001,
            gid=10001,
            limits=PodLimits(memory_bytes=256 * MB, pids=32),
            mounts=mounts,
            lifetime_s=120,
        )


@pytest.fixture(params=["scripted", pytest.param("docker", marks=pytest.mark.engine)])
def world(request) -> Iterator[World]:
    """Each test runs on both sandboxes."""
    if request.param == "scripted":
        sandbox = ScriptedSandbox(SCRIPTED)
        yield World(sandbox=sandbox, image="", scripted=True)
        sandbox.close()
        return
    settings = read_settings()
    with Engine() as engine, live_run(settings) as run_id:
        base = ensure_base(engine, settings)
        docker = docker_sandbox(engine, run_id, settings)
        yield World(sandbox=docker, image=base, scripted=False)
        docker.close()
        assert [item for item in engine.leftovers() if item.run_id == run_id] == []


@pytest.fixture
def limits() -> Limits:
    """The default budgets."""
    return Limits()
