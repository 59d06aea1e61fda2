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
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.evidence import ContainerEnd, Log, TrainingRun
from grader.limits import MB, Limits
from grader.sandbox.base import Container, ContainerSpec, End, File, Mount, Sandbox, Tmpfs
from grader.sandbox.images import Images
from grader.sandbox.keeper import ServiceKeeper, inbox_of
from grader.sandbox.ready import wait_for_line

UID_SERVICE, UID_PROBE, UID_EDGE = 10001, 10002, 10003
KNOWN = "/known/vectors"
SERVICE_PORT, GATEWAY_PORT = 8000, 9000
_EDGE_READY_S = 60.0
_FRUGAL = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_ARENA_MAX": "2"}
"""glibc: large replies are mapped and given back when dropped; its moving threshold would keep them in arenas."""
_TRAINING_MARGIN_S = 60
"""The engine kills training at its deadline; its container's own end comes later."""
_PROBE_MARGIN_S = 180.0
"""Beyond readiness and the phase's own deadline: start, collection, the last check's end, writing of results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is run into an empty data folder before the service starts on it."""

    command: Sequence[str]
    files: Sequence[File]
    """What it is given to learn from; it cannot write there."""
    deadline_s: float
    times: int = 1
    """How often a grading trains; each has a data folder of its own."""


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
    training: Training | None = None
    """How the submission is trained before it serves; none where the challenge has no training."""


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
        self._sockets = sandbox.volume(
            "sockets", tmpfs=Tmpfs(bytes=MB, inodes=32, uid=UID_EDGE, gid=UID_PROBE, mode="0750")
        )
        self._data = [self._data_volume() for _ in range(spec.training.times if spec.training else 1)]
        self._trained = 0
        self._probe_volume = sandbox.volume("probe")
        self._filled = False
        self._lessons: str | None = None
        self._environment = ""
        self._edge = self._make_edge()
        self._service: ServiceKeeper | None = None

    def open(self) -> None:
        """Start the edge and wait until the gateway and the relay listen."""
        self._edge.start()
        wait_for_line(self._edge, '"ready"', _EDGE_READY_S)

    def serve(self, environment: str) -> None:
        """Say which environment (a volume) the service runs in; it starts with the first phase."""
        self._environment = environment
        self._service = ServiceKeeper(self._sandbox, self._service_spec(self._data[0]), self._spec.limits)

    @property
    def trains(self) -> bool:
        """Whether the submission has a training to run."""
        return self._spec.training is not None

    def train(self, phase: str) -> TrainingRun:
        """Run the submission's training into an empty data folder, which the service's next start finds.

        A service that runs is stopped first.

        Raises:
            RuntimeError: there is nothing to train, or the pod was made for fewer trainings.
        """
        training = self._spec.training
        if training is None or self._trained == training.times:
            raise RuntimeError(f"the pod was made for {training.times if training else 0} trainings")
        data = self._data[self._trained]
        self._trained += 1
        self.service.move(self._service_spec(data))
        container = self._sandbox.create(self._training_spec(training, data))
        try:
            container.start()
            end = container.wait(training.deadline_s)
            return TrainingRun(
                phase=phase,
                reason=end.reason,
                exit_code=end.exit_code,
                seconds=round(end.seconds, 3),
                log=container.log(),
            )
        finally:
            container.remove()

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
                    *(Mount(volume=v, path=f"/held/{n}", read_only=True) for n, v in enumerate(self._data)),
                ],
                lifetime_s=self._spec.limits.container_s,
                ours=True,
            )
        )

    def _data_volume(self) -> str:
        limits = self._spec.limits.service
        return self._sandbox.volume(
            "data",
            tmpfs=Tmpfs(
                bytes=limits.data_bytes, inodes=limits.data_inodes, uid=UID_SERVICE, gid=UID_SERVICE, mode="0700"
            ),
        )

    def _training_spec(self, training: Training, data: str) -> ContainerSpec:
        """The service's own container, but for its command, its end, and the data to learn from."""
        service = self._service_spec(data)
        if self._lessons is None:
            limits, images = self._spec.limits, self._spec.images
            self._lessons = fill_volume(self._sandbox, images, limits, "training", training.files)
        return replace(
            service,
            role="training",
            command=[_with_port(argument) for argument in training.command],
            env={**service.env, "TRAINING_DIR": "/training"},
            mounts=[*service.mounts, Mount(volume=self._lessons, path="/training")],
            lifetime_s=math.ceil(training.deadline_s) + _TRAINING_MARGIN_S,
        )

    def _service_spec(self, data: str) -> ContainerSpec:
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
                Mount(volume=self._environment, path="/env"),
                Mount(volume=data, path="/data", read_only=False),
            ],
            workdir="/srv/app",
            lifetime_s=self._spec.limits.container_s,
        )

    def _make_probe(self, phase: str) -> Container:
        arguments = ["--in", inbox_of(phase), "--out", "/pod/out", "--phase", phase]
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
        inbox = inbox_of(phase).removeprefix("/pod/")
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


def _with_port(argument: str) -> str:
    """``$PORT`` in an argument, filled in; nothing else of a shell happens."""
    return re.sub(r"\$\{PORT\}|\$PORT(?![A-Za-z0-9_])", str(SERVICE_PORT), argument)
