"""The seam between the grader and whatever runs containers.

Two implementations pass one contract suite (``tests/contract``): :mod:`grader.sandbox.docker`
and its scripted twin. Everything above speaks only of these shapes.

Every method may raise :class:`grader.errors.InfrastructureError` with one of these codes:

=============================  =======================================================
``engine.unreachable``         the engine does not answer
``engine.refused``             the engine refused a request (its own words in ``detail``)
``engine.disk_full``           the engine's disk is full
``sandbox.closed``             the sandbox was closed while the call was under way
``sandbox.too_large``          a file or archive coming out is over its cap
=============================  =======================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from grader.evidence import EndReason, Log
from grader.limits import PodLimits

Network = Literal["none"] | tuple[Literal["join"], str] | tuple[Literal["nets"], tuple[str, ...]]
"""``none``; ``("join", container)``: that container's network namespace; ``("nets", names)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tmpfs:
    """A volume in memory: its size caps the disk that a stranger can fill."""

    bytes: int
    inodes: int
    uid: int
    gid: int
    mode: str = "0750"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A volume at a path inside a container."""

    volume: str
    path: str
    read_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file or (``data is None``) directory going into a container."""

    path: str
    data: bytes | None
    mode: int = 0o444
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """What to run. No host path is ever mounted; files go in through :meth:`Container.put`."""

    role: str
    image: str
    command: Sequence[str]
    uid: int
    gid: int
    limits: PodLimits
    network: Network = "none"
    env: Mapping[str, str] = field(default_factory=dict)
    mounts: Sequence[Mount] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Names for addresses, in its ``/etc/hosts``."""
    workdir: str = "/"
    ours: bool = False
    """Our own code, which shares sockets with a pod: it runs under the engine's own runtime, not the strangers'."""
    lifetime_s: int = 2_400
    """The container ends itself after this long, should nobody be left to remove it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The watchdog's record of how a container ended; never the container's own word."""

    reason: EndReason
    exit_code: int | None
    seconds: float


class Container(Protocol):
    """One container: made, filled, started (again), waited for, removed."""

    @property
    def id(self) -> str:
        """The engine's id."""

    @property
    def role(self) -> str:
        """What it is for (edge, service, probe, install, static, index)."""

    def put(self, directory: str, files: Sequence[File]) -> None:
        """Write files below ``directory``, which lies in a writable volume; also before the first start."""

    def start(self) -> None:
        """Start it, or start it again after it ended."""

    def wait(self, timeout_s: float) -> End:
        """Wait for its end; after ``timeout_s`` it is killed and the end's reason is ``deadline``."""

    def kill(self) -> None:
        """SIGKILL to everything in it. No error if it has ended."""

    def running(self) -> bool:
        """Whether it runs at this moment."""

    def fetch(self, path: str, *, max_bytes: int) -> dict[str, bytes]:
        """Regular files below ``path`` of a volume, by relative name; links and devices are left out.

        Works while it runs and after its end.
        """

    def memory_peak(self) -> int | None:
        """The most bytes that it held at once since its last start; none once it has ended, or unknown here."""

    def log(self) -> Log:
        """Head and tail of what it printed so far, over all starts, made printable."""

    def remove(self) -> None:
        """Kill and remove it. No error if it is gone."""


class Sandbox(Protocol):
    """Everything made here carries the run's label and goes away with :meth:`close`."""

    @property
    def run_id(self) -> str:
        """Names this run in the engine."""

    def volume(self, role: str, *, tmpfs: Tmpfs | None = None) -> str:
        """Make an empty volume of this run; returns its name."""

    def kept_volume(self, role: str) -> str:
        """Make (or find) a volume that outlives the run: caches and environments; returns its name."""

    def has_volume(self, name: str) -> bool:
        """Whether a volume of that name exists."""

    def drop_volume(self, name: str) -> None:
        """Remove a volume. No error if it is gone."""

    def network(self, role: str) -> str:
        """Make a network without any way out (no host address on it either); returns its name."""

    def address(self, container: Container, network: str) -> str:
        """The IPv4 address of a running container on a network."""

    def create(self, spec: ContainerSpec) -> Container:
        """Make a container; nothing runs yet."""

    def close(self) -> None:
        """Remove everything of this run, whatever state it is in. Calls under way end with ``sandbox.closed``."""
