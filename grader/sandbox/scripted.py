"""The sandbox's twin without an engine: containers are Python functions, volumes are dictionaries.

For testing what stands on the sandbox. It passes the same contract suite as Docker does
(``tests/contract``); it isolates nothing.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import InfrastructureError
from grader.evidence import EndReason, Log
from grader.sandbox.base import Container, ContainerSpec, End, File, Mount, Tmpfs
from grader.sandbox.logs import LogKeeper

_LOG_EXCERPT, _LOG_FLOOD = 16 * 1024, 64 * 1024 * 1024
_TICK_S = 0.005


@dataclass(slots=True, kw_only=True)
class Machine:
    """What a program sees: its specification, its volumes, its output, and whether it was killed."""

    spec: ContainerSpec
    volumes: dict[str, dict[str, bytes]]
    say: Callable[[bytes], None]
    killed: threading.Event

    def read(self, path: str) -> bytes:
        """A file of a mounted volume.

        Raises:
            FileNotFoundError: there is none.
        """
        mount, inner = self._find(path)
        try:
            return self.volumes[mount.volume][inner]
        except KeyError:
            raise FileNotFoundError(path) from None

    def write(self, path: str, data: bytes) -> None:
        """Write a file of a mounted volume.

        Raises:
            PermissionError: nothing writable is mounted there.
        """
        mount, inner = self._find(path)
        if mount.read_only:
            raise PermissionError(path)
        self.volumes[mount.volume][inner] = data

    def sleep(self, seconds: float) -> None:
        """Sleep, or until it is killed."""
        self.killed.wait(seconds)

    def _find(self, path: str) -> tuple[Mount, str]:
        for mount in self.spec.mounts:
            if path == mount.path or path.startswith(f"{mount.path}/"):
                return mount, path.removeprefix(mount.path).strip("/")
        raise PermissionError(path)


Program = Callable[[Machine], int]
"""Runs to its end and returns an exit code; should look at ``machine.killed`` when it takes long."""


class ScriptedSandbox:
    """See :class:`grader.sandbox.base.Sandbox`.

    Args:
        programs: by the first word of a container's command, or else by its role.
    """

    def __init__(self, programs: Mapping[str, Program], *, log_flood: int = _LOG_FLOOD) -> None:
        self.programs = programs
        self.run_id = f"scripted-{secrets.token_hex(4)}"
        self.volumes: dict[str, dict[str, bytes]] = {}
        self.containers: list[ScriptedContainer] = []
        self.log_flood = log_flood
        self.closed = threading.Event()
        self._kept: set[str] = set()

    def volume(self, role: str, *, tmpfs: Tmpfs | None = None) -> str:
        del tmpfs  # sizes are the engine's business
        self.check(f"making volume {role}")
        name = f"{self.run_id}-{role}-{len(self.volumes)}"
        self.volumes[name] = {}
        return name

    def kept_volume(self, role: str) -> str:
        self.check(f"making volume {role}")
        self._kept.add(f"grader-{role}")
        self.volumes.setdefault(f"grader-{role}", {})
        return f"grader-{role}"

    def has_volume(self, name: str) -> bool:
        return name in self.volumes

    def drop_volume(self, name: str) -> None:
        self.volumes.pop(name, None)

    def network(self, role: str) -> str:
        self.check(f"making network {role}")
        return f"{self.run_id}-{role}"

    def address(self, container: Container, network: str) -> str:
        del container, network
        return "192.0.2.10"

    def create(self, spec: ContainerSpec) -> Container:
        self.check(f"making container {spec.role}")
        container = ScriptedContainer(self, spec)
        self.containers.append(container)
        return container

    def close(self) -> None:
        self.closed.set()
        for container in self.containers:
            container.remove()
        self.volumes = {name: files for name, files in self.volumes.items() if name in self._kept}

    def check(self, doing: str) -> None:
        """Refuse a call once closed."""
        if self.closed.is_set():
            raise InfrastructureError(
                "sandbox.closed", f"The run was stopped before {doing}.", next_step="Start it again."
            )


@dataclass(slots=True)
class ScriptedContainer:
    """See :class:`grader.sandbox.base.Container`."""

    sandbox: ScriptedSandbox
    spec: ContainerSpec
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    _keeper: LogKeeper = field(init=False)
    _thread: threading.Thread | None = None
    _killed: threading.Event = field(default_factory=threading.Event)
    _reason: EndReason | None = None
    _code: int | None = None
    _began: float = 0.0

    def __post_init__(self) -> None:
        self._keeper = LogKeeper(_LOG_EXCERPT, self.sandbox.log_flood)

    @property
    def role(self) -> str:
        return self.spec.role

    def put(self, directory: str, files: Sequence[File]) -> None:
        self.sandbox.check(f"filling {self.role}")
        mount = next((m for m in self.spec.mounts if directory == m.path or directory.startswith(f"{m.path}/")), None)
        if mount is None or mount.read_only:
            raise InfrastructureError("engine.refused", f"{directory} is read-only.", next_step="Mount a volume there.")
        inner = directory.removeprefix(mount.path).strip("/")
        for file in files:
            if file.data is not None:
                self.sandbox.volumes[mount.volume]["/".join(filter(None, (inner, file.path)))] = file.data

    def start(self) -> None:
        self.sandbox.check(f"starting {self.role}")
        self._killed, self._reason, self._code, self._began = threading.Event(), None, None, time.monotonic()
        program = self.sandbox.programs.get(self.spec.command[0]) or self.sandbox.programs[self.role]
        machine = Machine(spec=self.spec, volumes=self.sandbox.volumes, say=self._say, killed=self._killed)
        self._thread = threading.Thread(target=self._run, args=(program, machine), daemon=True)
        self._thread.start()

    def _run(self, program: Program, machine: Machine) -> None:
        self._code = program(machine)

    def _say(self, data: bytes) -> None:
        if not self._keeper.feed([data]):
            self._end_with("log_flood")

    def wait(self, timeout_s: float) -> End:
        self.sandbox.check(f"waiting for {self.role}")
        ends_at = time.monotonic() + timeout_s
        while self.running() and not self._killed.is_set():
            if time.monotonic() > ends_at:
                self._end_with("deadline")
            time.sleep(_TICK_S)
        self.sandbox.check(f"the end of {self.role}")
        seconds = time.monotonic() - self._began
        return End(reason=self._reason or "exited", exit_code=137 if self._reason else self._code, seconds=seconds)

    def kill(self) -> None:
        self.sandbox.check(f"stopping {self.role}")
        if self.running():
            self._end_with("killed")

    def _end_with(self, reason: EndReason) -> None:
        self._reason = self._reason or reason
        self._killed.set()

    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive() and not self._killed.is_set()

    def fetch(self, path: str, *, max_bytes: int) -> dict[str, bytes]:
        self.sandbox.check(f"reading from {self.role}")
        mount = next((m for m in self.spec.mounts if path == m.path or path.startswith(f"{m.path}/")), None)
        if mount is None:
            return {}
        inner = path.removeprefix(mount.path).strip("/")
        prefix = f"{inner}/" if inner else ""
        files = self.sandbox.volumes[mount.volume]
        if inner in files:
            prefix = inner.removesuffix(inner.rpartition("/")[2])
        found = {
            name.removeprefix(prefix): data
            for name, data in files.items()
            if name == inner or (name.startswith(prefix) and inner not in files)
        }
        if sum(map(len, found.values())) > max_bytes:
            raise InfrastructureError("sandbox.too_large", "The output is over its cap.", next_step="Raise the limit.")
        return found

    def memory_peak(self) -> int | None:
        self.sandbox.check(f"measuring {self.role}")
        if not self.running():
            return None
        return sum(len(data) for m in self.spec.mounts for data in self.sandbox.volumes[m.volume].values())

    def log(self) -> Log:
        return self._keeper.log()

    def remove(self) -> None:
        self._end_with("killed")
