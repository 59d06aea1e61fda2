"""The pod: three containers for one grading.

::

    edge     ours, no network; owns the network namespace: gateway on 127.0.0.1:9000 and a relay
             from a unix socket to 127.0.0.1:8000
    service  the candidate's, in edge's network namespace; never mounts the socket volume
    probe    ours, in a namespace of its own; mounts the sockets, the hidden checks, and a private
             place for its results

Candidate code never shares a process, container, environment or network namespace with the
checks or the verdict.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.evidence import ContainerEnd, Log
from grader.limits import MB, Limits
from grader.sandbox.base import Container, ContainerSpec, End, File, Mount, Sandbox, Tmpfs
from grader.sandbox.images import Images
from grader.sandbox.ready import wait_for_line

UID_SERVICE, UID_PROBE, UID_EDGE = 10001, 10002, 10003
KNOWN = "/known/vectors"
SERVICE_PORT, GATEWAY_PORT = 8000, 9000
_EDGE_READY_S = 60.0
_FRUGAL = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_ARENA_MAX": "2"}
"""glibc: large replies are mapped and given back when dropped; its moving threshold would keep them in arenas."""
_PROBE_MARGIN_S = 180.0
"""Beyond readiness and the phase's own deadline: start, collection, the last check's end, writing of results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSpec:
    """What differs from one pod to the next."""

    images: Images
    limits: Limits
    source: str
    """Volume that holds the source tree in its folder ``app``."""
    image: str
    """What the service runs in."""
    env: Mapping[str, str]
    """What the service's runtime wants in its environment."""
    command: Sequence[str]
    hidden: Sequence[File]
    """The hidden checks and data, relative to the probe's folder for them."""
    known: str | None = None
    """Volume of vectors that other pods have computed, for proofs of a challenge; none in a grading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseOutcome:
    """What one probe run left: its results file if there is one, and how the containers ended."""

    results: bytes | None
    probe: End
    service_ends: tuple[ContainerEnd, ...]
    probe_log: Log


def fill_volume(sandbox: Sandbox, images: Images, limits: Limits, role: str, files: Sequence[File]) -> str:
    """A new volume with files in it; the container that fills it never runs."""
    volume = sandbox.volume(role)
    carrier = sandbox.create(
        ContainerSpec(
            role="carrier",
            image=images.base,
            command=["true"],
            uid=UID_SERVICE,
            gid=UID_SERVICE,
            limits=limits.service,
            mounts=[Mount(volume=volume, path="/into", read_only=False)],
        )
    )
    carrier.put("/into", files)
    carrier.remove()
    return volume


def known_volume(sandbox: Sandbox, images: Images, limits: Limits) -> str:
    """A volume of this run in which pods leave the vectors that they computed."""
    folder = File(path=KNOWN.rpartition("/")[2], data=None, mode=0o755, uid=UID_EDGE, gid=UID_PROBE)
    return fill_volume(sandbox, images, limits, "known", [folder])


def tree_files(root: Path, below: str) -> list[File]:
    """Every file under a folder, as files owned by root that nobody can write."""
    files = [File(path=below, data=None, mode=0o755)]
    for path in sorted(root.rglob("*")):
        name = f"{below}/{path.relative_to(root).as_posix()}"
        if "__pycache__" in path.parts or path.is_symlink():
            continue
        if path.is_dir():
            files.append(File(path=name, data=None, mode=0o755))
        elif path.is_file():
            files.append(File(path=name, data=path.read_bytes(), mode=0o555 if path.stat().st_mode & 0o100 else 0o444))
    return files


class Pod:
    """One pod; made by :meth:`open`, ended with the sandbox that it lives in."""

    def __init__(self, sandbox: Sandbox, spec: PodSpec) -> None:
        self._sandbox = sandbox
        self._spec = spec
        self._key = secrets.token_hex(16)
        limits = spec.limits
        self._sockets = sandbox.volume(
            "sockets", tmpfs=Tmpfs(bytes=MB, inodes=32, uid=UID_EDGE, gid=UID_PROBE, mode="0750")
        )
        service = limits.service
        self._data = sandbox.volume(
            "data",
            tmpfs=Tmpfs(
                bytes=service.data_bytes, inodes=service.data_inodes, uid=UID_SERVICE, gid=UID_SERVICE, mode="0700"
            ),
        )
        self._probe_volume = sandbox.volume("probe")
        self._filled = False
        self._edge = self._make_edge()
        self._service: ServiceKeeper | None = None

    def open(self) -> None:
        """Start the edge and wait until the gateway and the relay listen."""
        self._edge.start()
        wait_for_line(self._edge, '"ready"', _EDGE_READY_S)

    def serve(self, environment: str) -> None:
        """Say which environment (a volume) the service runs in; it starts with the first phase."""
        self._service = ServiceKeeper(self._sandbox, self._service_spec(environment), self._spec.limits)

    @property
    def service(self) -> ServiceKeeper:
        """The service's keeper, once :meth:`serve` has been called."""
        if self._service is None:
            raise RuntimeError("serve() comes before the first phase")
        return self._service

    def run_phase(self, phase: str, plan: Mapping[str, object], *, restart: bool) -> PhaseOutcome:
        """Run one phase: (re)start the service, run the probe to its end, read its results."""
        probe = self._make_probe(phase)
        try:
            probe.put("/pod", self._probe_files(phase, plan))
            if restart:
                self.service.stop()
            self.service.begin_phase(phase, probe)
            probe.start()
            limits = self._spec.limits
            end = probe.wait(limits.boot_s + limits.phase_s + limits.recover_s + _PROBE_MARGIN_S)
            self.service.end_phase()
            self.service.measure()
            files = probe.fetch("/pod/out", max_bytes=self._spec.limits.results_bytes)
            return PhaseOutcome(
                results=files.get(f"results-{phase}.json"),
                probe=end,
                service_ends=self.service.ends(phase),
                probe_log=probe.log(),
            )
        finally:
            probe.remove()

    def close(self) -> None:
        """Remove the service and the edge; what they left goes with the sandbox."""
        if self._service is not None:
            self._service.remove()  # first: Podman keeps a container that another one's network hangs on
        self._edge.remove()

    def _make_edge(self) -> Container:
        known = self._spec.known
        return self._sandbox.create(
            ContainerSpec(
                role="edge",
                image=self._spec.images.tags["edge"],
                command=["python3", "-m", "harness.edge"],
                uid=UID_EDGE,
                gid=UID_PROBE,
                limits=self._spec.limits.edge,
                env={
                    "GATEWAY_KEY": self._key,
                    "POD_DIR": "/run/pod",
                    "SERVICE_PORT": str(SERVICE_PORT),
                    "GATEWAY_PORT": str(GATEWAY_PORT),
                    **({"KNOWN_DIR": KNOWN} if known else {}),
                },
                mounts=[
                    *([Mount(volume=known, path="/known", read_only=False)] if known else []),
                    Mount(volume=self._sockets, path="/run/pod", read_only=False),
                    # Held, never read: a volume in memory lives as long as somebody mounts it,
                    # and the service's has to outlive the service's restart.
                    Mount(volume=self._data, path="/held", read_only=True),
                ],
                lifetime_s=self._spec.limits.container_s,
                ours=True,
            )
        )

    def _service_spec(self, environment_volume: str) -> ContainerSpec:
        environment = {
            **self._spec.env,
            "HOME": "/tmp",  # noqa: S108 - inside the container
            "LANG": "C.UTF-8",
            "PORT": str(SERVICE_PORT),
            "DATA_DIR": "/data",
            "EMBEDDINGS_URL": f"http://127.0.0.1:{GATEWAY_PORT}/v1",
            "EMBEDDINGS_API_KEY": self._key,
            "EMBEDDINGS_MODEL": "all-MiniLM-L6-v2",
        }
        return ContainerSpec(
            role="service",
            image=self._spec.image,
            command=[_with_port(argument) for argument in self._spec.command],
            uid=UID_SERVICE,
            gid=UID_SERVICE,
            limits=self._spec.limits.service,
            network=("join", self._edge.id),
            env=environment,
            mounts=[
                Mount(volume=self._spec.source, path="/srv"),
                Mount(volume=environment_volume, path="/env"),
                Mount(volume=self._data, path="/data", read_only=False),
            ],
            workdir="/srv/app",
            lifetime_s=self._spec.limits.container_s,
        )

    def _make_probe(self, phase: str) -> Container:
        arguments = ["--in", _inbox(phase), "--out", "/pod/out", "--phase", phase]
        return self._sandbox.create(
            ContainerSpec(
                role="probe",
                image=self._spec.images.tags["probe"],
                command=["python3", "-m", "harness.probe", *arguments],
                uid=UID_PROBE,
                gid=UID_PROBE,
                limits=self._spec.limits.probe,
                env=_FRUGAL,
                mounts=[
                    Mount(volume=self._sockets, path="/run/pod"),
                    Mount(volume=self._probe_volume, path="/pod", read_only=False),
                ],
                lifetime_s=self._spec.limits.container_s,
                ours=True,
            )
        )

    def _probe_files(self, phase: str, plan: Mapping[str, object]) -> list[File]:
        """The plan, and with the first phase the hidden checks; root's, so the probe can't change them."""
        inbox = _inbox(phase).removeprefix("/pod/")
        files = [
            File(path=inbox, data=None, mode=0o755),
            File(path=f"{inbox}/plan-{phase}.json", data=json.dumps(plan).encode()),
        ]
        if not self._filled:
            self._filled = True
            folders = [
                File(path="in", data=None, mode=0o755),
                File(path="out", data=None, mode=0o700, uid=UID_PROBE, gid=UID_PROBE),
            ]
            files = [*folders, *self._spec.hidden, *files]
        return files


def _inbox(phase: str) -> str:
    """Each phase has its own: a service given up in one phase is not given up in the next."""
    return f"/pod/in/phase-{phase}"


def _with_port(argument: str) -> str:
    """``$PORT`` in an argument, filled in; nothing else of a shell happens."""
    return re.sub(r"\$\{PORT\}|\$PORT(?![A-Za-z0-9_])", str(SERVICE_PORT), argument)


@dataclass(slots=True)
class ServiceKeeper:
    """Starts the service, starts it again when it stops by itself, and says so when it is gone."""

    sandbox: Sandbox
    spec: ContainerSpec
    limits: Limits
    _container: Container | None = None
    _watcher: threading.Thread | None = None
    _watching: bool = False
    _stopping: bool = False
    _phase: str = ""
    _probe: Container | None = None
    _restarts: int = 0
    _ends: list[ContainerEnd] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    memory_peak: int | None = None
    """The most bytes it was seen to have held at once, over all phases."""
    problem: BaseException | None = None
    """What ended the watching, if anything of ours did."""

    def begin_phase(self, phase: str, probe: Container) -> None:
        """A phase begins: count restarts anew, and start the service unless it runs."""
        with self._lock:
            self._phase, self._probe, self._restarts = phase, probe, 0
            watching = self._watching
        if not watching:
            self._start()

    def end_phase(self) -> None:
        """The probe has ended; nobody needs to be told of a stop any more."""
        with self._lock:
            self._probe = None

    def stop(self) -> None:
        """SIGKILL, and wait until it is gone."""
        with self._lock:
            self._stopping = True
        if self._container is not None:
            self._container.kill()
        if self._watcher is not None:
            self._watcher.join(timeout=30)
        self._watcher, self._watching = None, False

    def remove(self) -> None:
        """Stop it, and take the container away; what it printed stays known."""
        self.stop()
        if self._container is not None:
            self._container.remove()

    def ends(self, phase: str) -> tuple[ContainerEnd, ...]:
        """How it ended by itself in a phase, in order."""
        with self._lock:
            return tuple(end for end in self._ends if end.phase == phase)

    def measure(self) -> None:
        """Look at its memory; what it held before it stopped by itself is gone with it."""
        now = self._container.memory_peak() if self._container is not None else None
        if now is not None:
            self.memory_peak = max(now, self.memory_peak or 0)

    def log(self) -> Log | None:
        """What it printed, over all starts."""
        return self._container.log() if self._container is not None else None

    def _start(self) -> None:
        if self._container is None:
            self._container = self.sandbox.create(self.spec)
        with self._lock:
            self._stopping = False
        self._container.start()
        self._watching = True
        self._watcher = threading.Thread(target=self._watch, args=(self._container,), daemon=True, name="service")
        self._watcher.start()

    def _give_up(self) -> None:
        if self._probe is not None:
            self._probe.put(_inbox(self._phase), [File(path="service-gone", data=str(time.time()).encode())])

    def _watch(self, container: Container) -> None:
        try:
            while True:
                end = container.wait(self.limits.container_s)
                with self._lock:
                    if self._stopping:
                        return
                    self._ends.append(
                        ContainerEnd(
                            role="service",
                            phase=self._phase,
                            reason=end.reason,
                            exit_code=end.exit_code,
                            seconds=round(end.seconds, 3),
                        )
                    )
                    self._restarts += 1
                    # All under the lock: a stop() finds it dead or running, and a phase finds it given up or watched.
                    if self._restarts > self.limits.service_restarts:
                        self._watching = False
                        self._give_up()
                        return
                    container.start()
        except Exception as error:  # noqa: BLE001 - kept for the main thread, which decides
            self.problem, self._watching = error, False
