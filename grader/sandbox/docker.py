"""The sandbox on a Docker engine.

Each hardening option stands in :func:`_host_config` with its reason. With
:mod:`grader.sandbox.engine` the only file that knows Docker.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import docker
import requests
from docker.errors import APIError, DockerException, NotFound

from grader.errors import InfrastructureError
from grader.evidence import EndReason, Log
from grader.sandbox.archive import pack, unpack
from grader.sandbox.base import Container, ContainerSpec, End, File, Mount, Tmpfs
from grader.sandbox.engine import BEGAN_LABEL, HOST_LABEL, KEPT_LABEL, RUN_LABEL, Engine, engine_errors
from grader.sandbox.logs import LogKeeper

SECCOMP = Path(__file__).with_name("seccomp.json")
_BLACK_HOLE = "240.0.0.1"
"""Reserved (RFC 1112), so routed nowhere: the engine's resolver would forward outside names; here they lead nowhere."""
_LOG_EXCERPT, _LOG_FLOOD = 16 * 1024, 64 * 1024 * 1024
_SIGKILL_EXIT = 137
_CLOSE_S = 30.0
_ENDED = "can only kill running containers"
"""Podman's word for it, with a status of 500."""
_FRAME_HEADER, _FRAME_PART = 8, 65_536
_BUFFER_SHARE, _PAGE = 16, 4096


class DockerSandbox:
    """One run's containers, volumes and networks (see :class:`grader.sandbox.base.Sandbox`)."""

    def __init__(
        self, engine: Engine, run_id: str, *, host: str, runtime: str | None = None, seccomp: str | None = None
    ) -> None:
        self.engine = engine
        self.run_id = run_id
        self.runtime = runtime
        self.seccomp = seccomp or SECCOMP.read_text("utf-8")  # Docker takes the profile itself, Podman only a path
        self.closed = threading.Event()
        self._labels = {RUN_LABEL: run_id, HOST_LABEL: host, BEGAN_LABEL: f"{time.time():.0f}"}
        self._count = 0
        self._lock = threading.Lock()

    def errors(self, doing: str) -> AbstractContextManager[None]:
        """Map the SDK's errors for a call of this run; refuse the call once closed."""
        if self.closed.is_set():
            raise InfrastructureError(
                "sandbox.closed", f"The run was stopped before {doing}.", next_step="Start it again."
            )
        return engine_errors(doing, self.closed.is_set)

    def volume(self, role: str, *, tmpfs: Tmpfs | None = None) -> str:
        options = {}
        if tmpfs is not None:
            # In pages: Podman takes the word "size" for a quota of its own disk, which is another thing.
            limits = f"nr_blocks={tmpfs.bytes // _PAGE},nr_inodes={tmpfs.inodes}"
            owner = f"uid={tmpfs.uid},gid={tmpfs.gid},mode={tmpfs.mode}"
            options = {"type": "tmpfs", "device": "tmpfs", "o": f"{limits},{owner},noexec,nosuid,nodev"}
        name = self._name(role)
        with self.errors("making a volume"):
            self.engine.api.create_volume(name, driver="local", driver_opts=options, labels=self._labels)
        return name

    def kept_volume(self, role: str) -> str:
        name = f"grader-{role}"
        with self.errors("making a volume"):
            self.engine.api.create_volume(
                name, driver="local", labels={KEPT_LABEL: "yes", HOST_LABEL: self._labels[HOST_LABEL]}
            )
        return name

    def has_volume(self, name: str) -> bool:
        with self.errors("looking for a volume"):
            try:
                self.engine.api.inspect_volume(name)
            except NotFound:
                return False
            return True

    def drop_volume(self, name: str) -> None:
        self.engine.remove("volume", name)

    def network(self, role: str) -> str:
        name = self._name(role)
        # Internal bridges still give the host an address on them; inhibit_ipv4 takes that away,
        # so that no listener of the host can be reached from inside.
        with self.errors("making a network"):
            self.engine.api.create_network(
                name,
                driver="bridge",
                internal=True,
                options={"com.docker.network.bridge.inhibit_ipv4": "true"},
                labels=self._labels,
            )
        return name

    def address(self, container: Container, network: str) -> str:
        with self.errors("asking for an address"):
            networks = self.engine.api.inspect_container(container.id)["NetworkSettings"]["Networks"]
        return str(networks[network]["IPAddress"])

    def create(self, spec: ContainerSpec) -> Container:
        if self.engine.podman and isinstance(spec.network, tuple) and spec.network[0] == "nets":
            named = tuple("podman" if name == "bridge" else name for name in spec.network[1])
            spec = replace(spec, network=("nets", named))  # its name for the network with a way out
        name = self._name(spec.role)
        networks: dict[str, Any] = {}
        if isinstance(spec.network, tuple) and spec.network[0] == "nets":
            networks = {"networking_config": {"EndpointsConfig": {spec.network[1][0]: {}}}}
        with self.errors(f"making the {spec.role} container"):
            made = self.engine.api.create_container(
                spec.image,
                command=list(spec.command),
                # A second end: should the grader die, the container ends itself. By its path: the
                # environment's own programs come first in the service's PATH, and are a stranger's.
                entrypoint=["/usr/bin/timeout", "--signal=KILL", str(spec.lifetime_s)],
                name=name,
                user=f"{spec.uid}:{spec.gid}",
                environment=dict(spec.env),
                working_dir=spec.workdir,
                labels=self._labels | {"grader.role": spec.role},
                healthcheck={"test": ["NONE"]},
                use_config_proxy=False,
                host_config=self.host_config(spec),
                **networks,
            )
            if isinstance(spec.network, tuple) and spec.network[0] == "nets":
                for extra in spec.network[1][1:]:
                    self.engine.api.connect_container_to_network(made["Id"], extra)
        return DockerContainer(self, str(made["Id"]), spec)

    def host_config(self, spec: ContainerSpec) -> dict[str, Any]:
        """How the engine is to hold a container; apart, so that a test can weaken it and see a promise broken."""
        given = _host_config(self, spec)
        if self.engine.podman:
            # It takes no cap on inodes there, but on a volume it does; a volume in memory is as new at each start.
            places = (("/tmp", spec.limits.tmp_bytes, spec.limits.tmp_inodes),  # noqa: S108 - inside the container
                      ("/dev/shm", spec.limits.shm_bytes, spec.limits.shm_inodes))  # fmt: skip  # noqa: S108
            del given["Tmpfs"]
            given["LogConfig"] = {"Type": "none"}  # nor has it this one's driver; what is printed is read by attaching
            for path, size, inodes in places:
                room = Tmpfs(bytes=size, inodes=inodes, uid=spec.uid, gid=spec.gid, mode="1777")
                given["Mounts"].append(
                    _mount(Mount(volume=self.volume("room", tmpfs=room), path=path, read_only=False))
                )
        return given

    def close(self) -> None:
        self.closed.set()
        ends_at = time.monotonic() + _CLOSE_S
        while True:  # a call under way may have made one thing more, or be removing the same thing
            ours = [item for item in self.engine.leftovers() if item.run_id == self.run_id]
            if not ours:
                return
            for item in ours:
                with suppress(InfrastructureError):
                    self.engine.remove(item.kind, item.name)
            if time.monotonic() > ends_at:
                return  # the next run's sweep finds it by its label
            time.sleep(0.02)

    def _name(self, role: str) -> str:
        with self._lock:
            self._count += 1
            return f"grader-{self.run_id}-{role}-{self._count}"


def _frames(file: BinaryIO) -> Iterator[bytes]:
    """What a container prints, out of the engine's frames: eight bytes, the last four a length, then that much.

    Not the SDK's reader: it polls the descriptor, where what TLS has decrypted already is not seen.
    """
    while len(header := file.read(_FRAME_HEADER)) == _FRAME_HEADER:
        left = int.from_bytes(header[4:], "big")
        while left and (data := file.read(min(left, _FRAME_PART))):
            left -= len(data)
            yield data


def _host_config(sandbox: DockerSandbox, spec: ContainerSpec) -> dict[str, Any]:
    """Every hardening option, with the reason that keeps it."""
    limits = spec.limits
    egress = (
        isinstance(spec.network, tuple)
        and spec.network[0] == "nets"
        and bool({"bridge", "podman"} & {*spec.network[1]})
    )
    mode = "none"
    if isinstance(spec.network, tuple):
        mode = f"container:{spec.network[1]}" if spec.network[0] == "join" else spec.network[1][0]
    made = cast(
        "dict[str, Any]",
        sandbox.engine.api.create_host_config(
            network_mode=mode,
            dns=[_BLACK_HOLE] if isinstance(spec.network, tuple) and spec.network[0] == "nets" and not egress else None,
            extra_hosts=dict(spec.hosts) or None,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true", f"seccomp={sandbox.seccomp}"],
            read_only=True,  # with this, the tmpfs caps are the disk caps
            pids_limit=limits.pids,  # not RLIMIT_NPROC: that counts per uid of the host
            mem_limit=limits.memory_bytes,
            memswap_limit=limits.memory_bytes,  # equal: no swap
            nano_cpus=int(limits.cpus * 1e9),
            ulimits=[
                docker.types.Ulimit(name="nofile", soft=limits.open_files, hard=limits.open_files),
                docker.types.Ulimit(name="core", soft=0, hard=0),
                docker.types.Ulimit(name="fsize", soft=limits.file_bytes, hard=limits.file_bytes),
            ],
            init=True,  # reaps the children that a stranger leaves behind
            oom_score_adj=1000,  # the host's own processes are never chosen first
            ipc_mode="none",  # no shared memory with anybody; /dev/shm is ours, with an inode cap
            tmpfs={
                "/tmp": _tmpfs(limits.tmp_bytes, limits.tmp_inodes),  # noqa: S108 - inside the container
                "/dev/shm": _tmpfs(limits.shm_bytes, limits.shm_inodes),  # noqa: S108
            },
            log_config=docker.types.LogConfig(
                type="local", config={"max-size": str(limits.log_bytes), "max-file": "2", "compress": "false"}
            ),
            mounts=[_mount(mount) for mount in spec.mounts],
            runtime=None if spec.ours else sandbox.runtime,
        ),
    )
    if sandbox.engine.cgroup_v1:
        # Socket buffers do not count as memory there. The runtime crun obeys this; runc is silent and does not.
        made["KernelMemoryTCP"] = limits.memory_bytes // _BUFFER_SHARE
    return made


def _mount(mount: Mount) -> docker.types.Mount:
    # no_copy: an image's own files must never appear in a fresh volume
    return docker.types.Mount(mount.path, mount.volume, type="volume", read_only=mount.read_only, no_copy=True)


def _tmpfs(size: int, inodes: int) -> str:
    return f"rw,noexec,nosuid,nodev,mode=1777,size={size},nr_inodes={inodes}"


class DockerContainer:
    """See :class:`grader.sandbox.base.Container`."""

    def __init__(self, sandbox: DockerSandbox, container_id: str, spec: ContainerSpec) -> None:
        self._sandbox = sandbox
        self._api = sandbox.engine.api
        self.id = container_id
        self.role = spec.role
        self._keeper = LogKeeper(_LOG_EXCERPT, _LOG_FLOOD)
        self._reader: threading.Thread | None = None
        self._began = time.monotonic()
        self._killed: EndReason | None = None

    def put(self, directory: str, files: Sequence[File]) -> None:
        with self._sandbox.errors(f"filling the {self.role} container"):
            self._api.put_archive(self.id, directory, pack(files))

    def start(self) -> None:
        self._killed = None
        with self._sandbox.errors(f"starting the {self.role} container"):
            stream = self._api.attach_socket(self.id, params={"stdout": 1, "stderr": 1, "stream": 1})
            self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True, name=f"log-{self.role}")
            self._reader.start()
            self._api.start(self.id)
        self._began = time.monotonic()

    def _read(self, stream: Any) -> None:  # noqa: ANN401 - the SDK's socket
        flooded = False
        # Several objects hold the one descriptor; each has to let go of it. With TLS the stream is the socket itself.
        raw, response = getattr(stream, "_sock", stream), stream._response  # noqa: SLF001 - the SDK gives no other way
        broken = (DockerException, requests.RequestException, OSError, ValueError)
        with suppress(*broken), closing(response), closing(raw), closing(stream), raw.makefile("rb") as file:
            raw.settimeout(None)
            flooded = not self._keeper.feed(_frames(file))
        if flooded:
            # Only now: with an attached reader that does not read, the engine's kill would block.
            with suppress(DockerException, requests.RequestException):
                self._kill("log_flood")

    def wait(self, timeout_s: float) -> End:
        ends_at = time.monotonic() + timeout_s
        with self._sandbox.errors(f"waiting for the {self.role} container"):
            try:
                self._api.wait(self.id, timeout=math.ceil(timeout_s))
            except (requests.exceptions.ReadTimeout, requests.exceptions.ConnectionError):
                if time.monotonic() < ends_at - 0.05:
                    raise
                self._kill("deadline")
                self._api.wait(self.id, timeout=10)
        with self._sandbox.errors(
            f"reading the end of the {self.role} container"
        ):  # closed meanwhile: no end of its own
            return self._end()

    def _end(self) -> End:
        state = self._api.inspect_container(self.id)["State"]
        if self._reader is not None:
            self._reader.join(timeout=2)
        code = int(state["ExitCode"])
        reason: EndReason = self._killed or "exited"
        if self._killed is None and state.get("OOMKilled") and code == _SIGKILL_EXIT:
            reason = "out_of_memory"
        return End(reason=reason, exit_code=code, seconds=time.monotonic() - self._began)

    def kill(self) -> None:
        with self._sandbox.errors(f"stopping the {self.role} container"):
            self._kill("killed")

    def _kill(self, reason: EndReason) -> None:
        before, self._killed = self._killed, self._killed or reason
        try:
            self._api.kill(self.id, "SIGKILL")
        except APIError as error:
            ended = error.status_code == requests.codes.conflict or _ENDED in str(error.explanation)
            if isinstance(error, NotFound) or ended:
                self._killed = before
                return
            raise

    def running(self) -> bool:
        with self._sandbox.errors(f"looking at the {self.role} container"):
            return bool(self._api.inspect_container(self.id)["State"]["Running"])

    def fetch(self, path: str, *, max_bytes: int) -> dict[str, bytes]:
        with self._sandbox.errors(f"reading from the {self.role} container"):
            # Not the SDK's get_archive: it gives no way to let go of a reply that is too large.
            url = f"{self._api.base_url}/v{self._api.api_version}/containers/{self.id}/archive"
            with self._api.get(url, params={"path": path}, stream=True, timeout=60) as response:
                if response.status_code == requests.codes.not_found:
                    return {}
                response.raise_for_status()
                return unpack(response.iter_content(65_536), max_bytes)

    def memory_peak(self) -> int | None:
        with self._sandbox.errors(f"measuring the {self.role} container"):
            try:
                memory = self._api.stats(self.id, stream=False, one_shot=True).get("memory_stats") or {}
            except NotFound:
                return None
        peak = memory.get("max_usage")  # cgroup v1 alone counts it; v2's memory.peak is not in this API
        return int(peak) if peak else None

    def log(self) -> Log:
        return self._keeper.log()

    def remove(self) -> None:
        self._sandbox.engine.remove("container", self.id)
