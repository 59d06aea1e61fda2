"""What an engine promises: each promise with its id, its sentence, and what it means when it is not held.

An operator may accept some as not held (``GRADER_ACCEPT``); what counts is then everything else. A
promise that could not be tried counts as not held: absence of evidence holds nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from grader.errors import InfrastructureError, UsageError, printable
from grader.record import Record

State = Literal["held", "not held", "not tried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One thing that must hold for strangers' code."""

    id: str
    sentence: str
    means: str
    mend: str


class Verdict(Record):
    """What was seen of one promise."""

    promise: str
    state: State
    saw: str


class Trial(Record):
    """All promises as one engine kept them; kept in the state folder under everything that it depends on."""

    engine: str
    runtime: str
    kernel: str
    key: str
    verdicts: tuple[Verdict, ...]


_SECCOMP = "Use an engine with seccomp on x86_64, and keep grader/sandbox/seccomp.json as it came."
_OPTIONS = (
    "The engine or its runtime ignores an option of grader/sandbox/docker.py: use Docker with runc, or another host."
)
_CGROUPS = (
    "Give the engine the cgroup controllers that limit it (`grader doctor` names the version), or use another host."
)
_NETWORK = "Look for what joins pods to a network: the engine's default network, a plugin, a proxy on the host."
_BUFFERS = (
    "Use a host with cgroup v2. On v1, the runtime crun keeps TCP's and UDP's share small (docs/operators.md);"
    " and lower net.ipv4.tcp_mem and udp_mem there."
)


def _network(prefix: str, where: str) -> tuple[Promise, ...]:
    found = "A submission could send what it saw to somebody, or reach services inside your network."
    names = (
        ("public", "no public address can be reached, by TCP or UDP"),
        ("private", "no address of a private network can be reached"),
        ("metadata", "the cloud's metadata address cannot be reached"),
        ("host", "no address of the host or of the engine's bridges can be reached"),
        ("ipv6", "no IPv6 address can be reached"),
        ("neighbour", "the container of another run cannot be reached"),
        ("dns", "no name server answers for outside names"),
    )
    return tuple(
        Promise(id=f"{prefix}.{name}", sentence=f"{where}, {rest}.", means=found, mend=_NETWORK) for name, rest in names
    )


def _made(means: str, mend: str, **sentences: str) -> tuple[Promise, ...]:
    return tuple(
        Promise(id=name.replace("__", "."), sentence=sentence, means=means, mend=mend)
        for name, sentence in sentences.items()
    )


PROMISES: tuple[Promise, ...] = (
    *_network("egress", "From the pod"),
    *_network("install", "From the installing container"),
    *_made(
        "A submission gets at more of the kernel than it needs, where most ways out of a container begin.",
        _SECCOMP,
        calls__trace="Processes cannot trace or read each other.",
        calls__io_uring="io_uring is refused.",
        calls__32bit="The kernel cannot be entered by 32-bit calls.",
        calls__namespaces="No namespace can be made or joined.",
        calls__mount="Nothing can be mounted, unmounted or opened by handle.",
        calls__keys="The kernel's keyrings are out of reach.",
        calls__bpf="bpf and perf events are refused.",
        calls__userfaultfd="userfaultfd is refused.",
        calls__modules="Kernel modules are out of reach.",
        sockets__vsock="No vsock socket can be made (it would reach the hypervisor).",
        sockets__alg="No AF_ALG socket can be made.",
        sockets__families="Only unix, IPv4, IPv6 and route netlink sockets can be made.",
        sockets__raw="No raw, packet or netfilter socket can be made.",
    ),
    *_made(
        "A hole elsewhere becomes the host's: rights and writable places are what a way out is made of.",
        _OPTIONS,
        rights__capabilities="The service has no capability, nor can it get one.",
        rights__no_new="No program that it runs gets more rights than it has.",
        rights__user="It runs neither as root nor in root's group.",
        files__root="The root file system is read-only.",
        files__kernel="No file of /proc or /sys that is not its own can be opened for writing.",
        files__secrets="Kernel memory, the engine's socket and password hashes cannot be read.",
        files__mounts="Nothing of the host is mounted: only our volumes and the engine's own files.",
        devices__seen="No device is there but the harmless ones.",
        devices__made="No device node can be made.",
    ),
    *_made(
        "One submission can take the room of others, or the host's, and gradings fail that did nothing wrong.",
        _OPTIONS,
        disk__tmp_bytes="The place for temporary files (/tmp) ends at its size.",
        disk__tmp_files="The place for temporary files (/tmp) ends at its number of files.",
        disk__shm_bytes="Shared memory (/dev/shm) ends at its size.",
        disk__shm_files="Shared memory (/dev/shm) ends at its number of files.",
        disk__data_bytes="The data volume ends at its size.",
        disk__data_files="The data volume ends at its number of files.",
        limits__open_files="The number of open files is capped.",
        limits__file_size="The size of one file is capped.",
        limits__core="A crash leaves no core file.",
        limits__output="A flood of output ends the container, and its end says so.",
    ),
    *_made(
        "One submission can starve the host and the gradings beside it.",
        _CGROUPS,
        limits__pids="The number of processes is capped.",
        limits__memory="Beyond its memory the service is ended, and the watchdog's record says out_of_memory.",
        limits__memory_child="Beyond its memory a child is ended.",
        limits__swap="It gets no swap.",
        limits__cpu="It gets no more processor time than its share.",
    ),
    *_made(
        "A submission can hold memory that is not counted as its own, up to the host's net.ipv4.tcp_mem and udp_mem.",
        _BUFFERS,
        memory__tcp_buffers="TCP socket buffers count as its memory, or have a cap of their own.",
        memory__udp_buffers="UDP socket buffers count as its memory, or have a cap of their own.",
    ),
    *_made(
        "Something of a submission goes on after its grading, beside the next one.",
        _OPTIONS,
        deadline__kill="A process that ignores every signal ends at the deadline.",
        deadline__children="A child that left its session is gone with it.",
        cleanup__whole="Closing a run leaves no container, network or volume behind.",
    ),
)
IDS = tuple(promise.id for promise in PROMISES)


def accepted(names: Iterable[str]) -> frozenset[str]:
    """The promises that an operator accepts as not held.

    Raises:
        UsageError: ``settings.accept`` for an id that does not exist: a misspelt one would accept nothing.
    """
    asked = frozenset(names)
    if unknown := sorted(asked - set(IDS)):
        raise UsageError(
            "settings.accept",
            f"GRADER_ACCEPT names {printable(', '.join(unknown))}, which is no promise.",
            next_step="Use the ids that `grader doctor --deep` prints, with commas between them.",
        )
    return asked


def as_rows(trial: Trial, accept: Collection[str]) -> list[dict[str, object]]:
    """Every promise with its verdict, for machines and for a table; what is not held says what that means."""
    seen = {verdict.promise: verdict for verdict in trial.verdicts}
    rows = []
    for promise in PROMISES:
        verdict = seen.get(promise.id) or _missing(promise.id)
        bad = verdict.state != "held"
        rows.append(
            {
                "id": promise.id,
                "sentence": promise.sentence,
                "state": verdict.state,
                "accepted": bad and promise.id in accept,
                "saw": verdict.saw,
                "means": promise.means if bad else "",
                "mend": promise.mend if bad else "",
            }
        )
    return rows


def broken(trial: Trial, accept: Collection[str]) -> list[Verdict]:
    """What is neither held nor accepted; a promise that nothing was seen of is among it."""
    seen = {verdict.promise: verdict for verdict in trial.verdicts}
    every = [seen.get(name) or _missing(name) for name in IDS]
    return [verdict for verdict in every if verdict.state != "held" and verdict.promise not in accept]


def _missing(name: str) -> Verdict:
    return Verdict(promise=name, state="not tried", saw="nothing was seen of it")


def require_promises(trial: Trial, accept: Collection[str]) -> None:
    """Go on only on an engine that holds everything which the operator has not accepted.

    Raises:
        InfrastructureError: ``engine.not_held``, naming what is not held.
    """
    if not (bad := broken(trial, accept)):
        return
    raise InfrastructureError(
        "engine.not_held",
        f"This engine does not hold strangers' code: {', '.join(verdict.promise for verdict in bad)}.",
        next_step="Run `grader doctor --deep` for the mends, or name what you accept in GRADER_ACCEPT.",
        detail="; ".join(f"{verdict.promise}: {verdict.state}, {verdict.saw}" for verdict in bad),
    )
