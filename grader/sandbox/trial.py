"""Tries every promise on a sandbox, in containers made as a submission's are made.

Knows only the sandbox's protocol: a hardening option that is switched off shows up here as it would in
a pod. The programs that run inside are ours (``harness/promises``); no candidate's code is involved.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader.errors import InfrastructureError, printable
from grader.limits import MB, Limits, PodLimits
from grader.sandbox.base import Container, ContainerSpec, End, File, Mount, Network, Sandbox, Tmpfs
from grader.sandbox.promises import IDS, Verdict

PROGRAMS = Path(__file__).resolve().parent.parent.parent / "harness"
_UID, _UID_OTHER = 10001, 10004
_STEP_S = 60.0
_SMALL, _TINY = 96 * MB, 64 * MB
_FLOOD = 64 * MB
_STUBBORN_S, _BEGIN_S, _DEADLINE_S, _STILL_S = 60, 20.0, 1.0, 0.5
_NEIGHBOUR_PORT = 8080
_PUBLIC = (("1.1.1.1", 443), ("8.8.8.8", 53), ("192.0.2.99", 80), ("198.51.100.1", 443))
_PRIVATE = (("10.0.0.1", 80), ("172.16.0.1", 80), ("192.168.0.1", 80), ("100.64.0.1", 80), ("10.96.0.1", 443))
_METADATA = (("169.254.169.254", 80), ("169.254.170.2", 80))
_IPV6 = (("2606:4700:4700::1111", 443), ("2001:4860:4860::8888", 53), ("fd00:ec2::254", 80), ("fd00::1", 80))

Seen = dict[str, tuple[bool | None, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What lies around the pod on this engine."""

    targets: tuple[tuple[str, int], ...]
    """Addresses of the host and of the engine's bridges, with a port."""
    called: Callable[[], list[str]]
    """Afterwards: at which of them something came in, as far as somebody listened there."""


@dataclass(frozen=True, slots=True)
class _Try:
    sandbox: Sandbox
    image: str
    limits: Limits
    around: Around
    programs: str
    data: str
    anchor: Container

    def spec(self, program: str, given: Mapping[str, object], **changed: object) -> ContainerSpec:
        """A container as a service's is (grader/sandbox/pod.py), with a program of ours in it."""
        whole = ContainerSpec(
            role="service",
            image=self.image,
            command=["python3", "-m", "harness.promises", program, json.dumps(given)],
            uid=_UID,
            gid=_UID,
            limits=self.limits.service,
            network=("join", self.anchor.id),
            env={"HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},  # noqa: S108 - inside
            mounts=[
                Mount(volume=self.programs, path="/srv"),
                Mount(volume=self.data, path="/data", read_only=False),
            ],
            workdir="/srv/app",
            lifetime_s=300,
        )
        return replace(whole, **changed)  # type: ignore[arg-type]  # the names are ContainerSpec's

    def run(self, spec: ContainerSpec, timeout_s: float = _STEP_S) -> tuple[Seen, End]:
        """Run a program to its end; nothing is seen by one that did not get there."""
        container = self.sandbox.create(spec)
        try:
            container.start()
            end = container.wait(timeout_s)
            log = container.log()
        finally:
            container.remove()
        text = (log.tail or log.head).strip()
        return _read(text), end

    def small(self, bytes_: int) -> PodLimits:
        """A service's limits with less memory, so that a bomb is cheap."""
        return self.limits.service.model_copy(update={"memory_bytes": bytes_})


def try_promises(sandbox: Sandbox, image: str, limits: Limits, around: Around) -> tuple[Verdict, ...]:
    """Try everything that can be tried from inside; in the order of the promises.

    A part of the trial that breaks leaves its promises untried, with the reason.

    Raises:
        InfrastructureError: the sandbox could not even be furnished.
    """
    trying = _furnish(sandbox, image, limits, around)
    seen: Seen = {}
    with ThreadPoolExecutor(max_workers=4) as pool:
        for part in [pool.submit(_tolerant, partial(step, trying), names) for step, names in _STEPS]:
            seen.update(part.result())
    trying.anchor.remove()
    if called := around.called():  # whichever of the two it came from, neither may be trusted
        arrived = (False, f"arrived at the host: {', '.join(called[:4])}")
        seen |= {"egress.host": arrived, "install.host": arrived}
    return tuple(_verdict(name, seen.get(name, (None, "the trial left no word of it"))) for name in IDS)


def _verdict(name: str, seen: tuple[bool | None, str]) -> Verdict:
    state = {True: "held", False: "not held", None: "not tried"}[seen[0]]
    return Verdict.model_validate({"promise": name, "state": state, "saw": printable(seen[1])})


def _furnish(sandbox: Sandbox, image: str, limits: Limits, around: Around) -> _Try:
    """The volumes, and in the edge's stead a container that owns the pod's network namespace."""
    service = limits.service
    size = Tmpfs(bytes=service.data_bytes, inodes=service.data_inodes, uid=_UID, gid=_UID, mode="0700")
    programs, data = sandbox.volume("programs"), sandbox.volume("data", tmpfs=size)
    anchor = sandbox.create(
        ContainerSpec(
            role="edge",
            image=image,
            command=["sleep", "300"],
            uid=_UID_OTHER,
            gid=_UID_OTHER,
            limits=limits.edge,
            mounts=[Mount(volume=programs, path="/into", read_only=False), Mount(volume=data, path="/held")],
            lifetime_s=300,
            ours=True,
        )
    )
    files = [File(path=folder, data=None, mode=0o755) for folder in ("app", "app/harness", "app/harness/promises")]
    sources = (PROGRAMS / "__init__.py", *sorted((PROGRAMS / "promises").glob("*.py")))
    files += [File(path=f"app/harness/{p.relative_to(PROGRAMS).as_posix()}", data=p.read_bytes()) for p in sources]
    anchor.put("/into", files)
    anchor.start()
    return _Try(sandbox, image, limits, around, programs, data, anchor)


def _tolerant(step: Callable[[], Seen], names: Sequence[str]) -> Seen:
    try:
        return step()
    except InfrastructureError as error:
        if error.code == "sandbox.closed":
            raise
        return dict.fromkeys(names, (None, f"{error.message} {error.detail}"))


def _read(text: str) -> Seen:
    with suppress(ValueError, TypeError, IndexError):
        return {str(name): (seen[0], str(seen[1])) for name, seen in json.loads(text.splitlines()[-1]).items()}
    return {}


def _need(seen: Seen, end: End, names: Sequence[str]) -> Seen:
    """What a program saw; for the rest, how it ended."""
    lost = (None, f"our program ended early ({end.reason}, exit code {end.exit_code})")
    return {name: seen.get(name, lost) for name in names}


def _look(trying: _Try) -> Seen:
    given = {"mounts": "/srv /data /tmp", "memory": trying.limits.service.memory_bytes}
    return _need(*trying.run(trying.spec("look", given)), names=_LOOKED)


def _calls(trying: _Try) -> Seen:
    return _need(*trying.run(trying.spec("calls", {})), names=_CALLED)


def _fill(trying: _Try) -> Seen:
    service = trying.limits.service
    places = {
        "tmp": (service.tmp_bytes, service.tmp_inodes),
        "shm": (service.shm_bytes, service.shm_inodes),
        "data": (service.data_bytes, service.data_inodes),
    }
    given = {
        "places": places,
        "tmp": "/tmp",  # noqa: S108 - inside the container
        "shm": "/dev/shm",  # noqa: S108
        "data": "/data",
        "file_bytes": service.file_bytes,
        "open_files": service.open_files,
    }
    return _need(*trying.run(trying.spec("fill", given)), names=_FILLED)


def _spend(trying: _Try, what: str, cap: int, limits: PodLimits) -> tuple[Seen, End]:
    return trying.run(trying.spec("spend", {"what": what, "cap": cap}, limits=limits))


def _counted(trying: _Try) -> Seen:
    """Processes and processor time."""
    service = trying.limits.service
    pids = _need(*_spend(trying, "pids", service.pids, service), names=("limits.pids",))
    return pids | _need(*_spend(trying, "cpu", int(service.cpus * 1000), service), names=("limits.cpu",))


def _memory(trying: _Try) -> Seen:
    small = trying.small(_SMALL)
    seen, end = _spend(trying, "memory", _SMALL, small)
    if end.reason == "out_of_memory":
        seen["limits.memory"] = (True, f"ended with {end.reason}, cap {_SMALL // MB} MB")
    elif not seen:
        seen["limits.memory"] = (False, f"it ended, but the record says {end.reason}, exit code {end.exit_code}")
    child, end = _spend(trying, "child", _SMALL, small)
    if not child and end.reason == "out_of_memory":
        child["limits.memory_child"] = (True, "the child took the whole container with it: out_of_memory")
    return seen | _need(child, end, ("limits.memory_child",))


def _buffers(trying: _Try) -> Seen:
    """Each kind in a container of its own, since the first may be what ends it."""
    found: Seen = {}
    for kind in ("tcp", "udp"):
        name = f"memory.{kind}_buffers"
        seen, end = _spend(trying, f"{kind}_buffers", _TINY, trying.small(_TINY))
        if end.reason == "out_of_memory":
            seen[name] = (True, f"they count as memory: ended with {end.reason}, cap {_TINY // MB} MB")
        found |= _need(seen, end, (name,))
    return found


def _output(trying: _Try) -> Seen:
    seen, end = _spend(trying, "output", _FLOOD, trying.limits.service)
    if end.reason == "log_flood":
        seen["limits.output"] = (True, f"ended with {end.reason} beyond {_FLOOD // MB} MB")
    elif end.reason == "exited" and end.exit_code == 0:  # the last line is the flood's, or cut
        seen["limits.output"] = (False, "it printed all that it wanted, and ended by itself")
    return _need(seen, end, ("limits.output",))


def _stubborn(trying: _Try) -> Seen:
    """Its child notes in the data volume that it lives: the notes must end with the container."""
    own = trying.sandbox.volume("alive", tmpfs=Tmpfs(bytes=MB, inodes=16, uid=_UID, gid=_UID, mode="0755"))
    holder = trying.sandbox.create(replace(_sleeper(trying), mounts=[Mount(volume=own, path="/data")]))
    mounts = [Mount(volume=trying.programs, path="/srv"), Mount(volume=own, path="/data", read_only=False)]
    spec = trying.spec("spend", {"what": "stubborn", "cap": _STUBBORN_S}, mounts=mounts)
    container = trying.sandbox.create(spec)
    try:
        holder.start()
        container.start()
        begins_by = time.monotonic() + _BEGIN_S
        while not _notes(holder) and time.monotonic() < begins_by:
            time.sleep(0.1)
        end = container.wait(_DEADLINE_S)
        notes = [_notes(holder)]
        time.sleep(_STILL_S)
        notes.append(_notes(holder))
        goes_on = container.running()
    finally:
        container.remove()
        holder.remove()
    killed = end.reason == "deadline" and not goes_on
    lives = notes[0] != notes[1]
    saw = f"{notes[0]} notes at its end, {notes[1]} half a second later"
    return {
        "deadline.kill": (killed, f"its end: {end.reason}{', yet it runs' if goes_on else ''}"),
        "deadline.children": (not lives if notes[0] else None, saw),
    }


def _notes(holder: Container) -> int:
    return sum(map(len, holder.fetch("/data", max_bytes=MB).values()))


def _sleeper(trying: _Try) -> ContainerSpec:
    return replace(trying.spec("none", {}, network="none"), command=["sleep", "120"], workdir="/", role="holder")


def _egress(trying: _Try) -> Seen:
    return _network(trying, "egress", ("join", trying.anchor.id), strict=True)


def _install(trying: _Try) -> Seen:
    own = trying.sandbox.network("own")
    return _network(trying, "install", ("nets", (own,)), strict=False)


def _network(trying: _Try, prefix: str, network: Network, *, strict: bool) -> Seen:
    """Call everybody from one place, another run's container among them."""
    theirs = trying.sandbox.network(f"other-{prefix}")
    listening = ["python3", "-m", "http.server", str(_NEIGHBOUR_PORT)]
    spec = trying.spec("none", {}, network=("nets", (theirs,)), command=listening, role="neighbour")
    neighbour = trying.sandbox.create(spec)
    try:
        neighbour.start()
        address = trying.sandbox.address(neighbour, theirs)
        targets = {
            "public": _PUBLIC,
            "private": _PRIVATE,
            "metadata": _METADATA,
            "host": [target for target in trying.around.targets if ":" not in target[0]],
            "ipv6": [*_IPV6, *(target for target in trying.around.targets if ":" in target[0])],
            "neighbour": [(address, _NEIGHBOUR_PORT)],
        }
        given = {"prefix": prefix, "strict": strict, "targets": targets}
        seen, end = trying.run(trying.spec("network", given, network=network))
    finally:
        neighbour.remove()
    return _need(seen, end, _of(f"{prefix}."))


def _of(*prefixes: str) -> tuple[str, ...]:
    return tuple(name for name in IDS if name.startswith(prefixes))


_LOOKED = _of("rights.", "files.", "devices.seen", "limits.core", "limits.swap")
_CALLED = _of("calls.", "sockets.", "devices.made")
_FILLED = _of("disk.", "limits.file_size", "limits.open_files")
_STEPS: tuple[tuple[Callable[[_Try], Seen], tuple[str, ...]], ...] = (
    (_egress, _of("egress.")),
    (_install, _of("install.")),
    (_look, _LOOKED),
    (_calls, _CALLED),
    (_fill, _FILLED),
    (_stubborn, ("deadline.kill", "deadline.children")),
    (_memory, ("limits.memory", "limits.memory_child")),
    (_buffers, ("memory.tcp_buffers", "memory.udp_buffers")),
    (_counted, ("limits.pids", "limits.cpu")),
    (_output, ("limits.output",)),
)
