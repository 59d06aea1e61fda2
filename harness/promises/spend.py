"""Take more than is allowed of one thing, bounded: processes, memory, processor, socket buffers, output, time."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from harness.promises.told import Told

_MB = 1 << 20
_BUSY_S, _WAIT_S = 1.2, 15.0
_ROOM = 1.3
_CHUNK = b"x" * 32_768
_PAIRS = 200
_NONE = {"max", "-1"}
_BUFFER = 8 * _MB


def main(told: Told, given: dict[str, object]) -> None:
    """Spend one thing; what is told of it the caller puts together with how the container ended."""
    spenders: dict[str, Callable[[Told, int], None]] = {
        "pids": _pids,
        "memory": _memory,
        "child": _child,
        "cpu": _cpu,
        "tcp_buffers": partial(_buffers, "tcp", socket.SOCK_STREAM),
        "udp_buffers": partial(_buffers, "udp", socket.SOCK_DGRAM),
        "output": _output,
        "stubborn": _stubborn,
    }
    spenders[str(given["what"])](told, int(str(given["cap"])))


def _pids(told: Told, cap: int) -> None:
    children: list[int] = []
    try:
        while len(children) < 2 * cap:
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    except OSError:
        pass
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    told.say("limits.pids", f"{len(children)} processes at once, cap {cap}", held=len(children) <= cap)


def _take(most: int) -> int:
    """Touch memory a megabyte at a time."""
    taken: list[bytearray] = []
    while len(taken) * _MB < most:
        block = bytearray(_MB)
        block[:: resource.getpagesize()] = b"x" * (_MB // resource.getpagesize())
        taken.append(block)
    return len(taken) * _MB


def _memory(told: Told, cap: int) -> None:
    told.say("limits.memory", f"{_take(3 * cap) // _MB} MB were given, cap {cap // _MB}", held=False)


def _child(told: Told, cap: int) -> None:
    child = os.fork()
    if child == 0:
        _take(3 * cap)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    saw = "the child was ended, its parent lives" if killed else f"a child was given 3 times {cap // _MB} MB"
    told.say("limits.memory_child", saw, held=killed)


def _cpu(told: Told, cap: int) -> None:
    """``cap`` is in thousandths of a processor."""
    began = time.monotonic()
    children = []
    for _ in range(cap // 1000 + 3):
        child = os.fork()
        if child == 0:
            while time.monotonic() - began < _BUSY_S:
                pass
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    share = (used.ru_utime + used.ru_stime) / (time.monotonic() - began)
    quota = _quota()
    saw = f"{share:.2f} processors used, cap {cap / 1000:g}, quota {quota or 'not shown'}"
    held: bool | None = share <= _ROOM * cap / 1000 and quota not in _NONE
    if held and quota is None and share < cap / 1000 / _ROOM:
        held, saw = None, f"{saw}: the machine was too busy to tell"
    told.say("limits.cpu", saw, held=held)


def _quota() -> str | None:
    for name in ("cpu/cpu.cfs_quota_us", "cpu.max"):
        with suppress(OSError, IndexError):
            return Path("/sys/fs/cgroup", name).read_text().split()[0]
    return None


def _buffers(name: str, kind: socket.SocketKind, told: Told, cap: int) -> None:
    """Bytes that wait unread in socket buffers; sent ones may have been dropped, so they are read to be counted."""
    waiting, in_time = _waiting(kind, 3 * cap)
    saw = f"{waiting // _MB} MB were held in {name} buffers at once, memory cap {cap // _MB} MB"
    held: bool | None = waiting <= cap
    if held and not in_time:
        held, saw = None, f"{saw}: the machine was too busy to tell"
    told.say(f"memory.{name}_buffers", saw, held=held)


def _waiting(kind: socket.SocketKind, most: int) -> tuple[int, bool]:
    """How much was held, and whether there was time to try for all of it."""
    pairs: list[tuple[socket.socket, socket.socket]] = []
    sent, ends_at = 0, time.monotonic() + _WAIT_S
    try:
        while sent < most and len(pairs) < _PAIRS and time.monotonic() < ends_at:
            pairs.append(_pair(kind))
            with suppress(BlockingIOError):
                for _ in range(_BUFFER // len(_CHUNK)):  # datagrams never block: what has no room is dropped
                    sent += pairs[-1][0].send(_CHUNK)
        in_time = time.monotonic() < ends_at
        return sum(_drained(writer, reader, kind) for writer, reader in pairs), in_time
    finally:
        for writer, reader in pairs:
            writer.close()
            reader.close()


def _pair(kind: socket.SocketKind) -> tuple[socket.socket, socket.socket]:
    with socket.socket(socket.AF_INET, kind) as listening:
        listening.bind(("127.0.0.1", 0))
        writer = socket.socket(socket.AF_INET, kind)
        writer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        if kind == socket.SOCK_STREAM:
            listening.listen(1)
            writer.connect(listening.getsockname())
            reader = listening.accept()[0]
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            writer.connect(listening.getsockname())
            reader = listening.dup()
    writer.settimeout(0)
    return writer, reader


def _drained(writer: socket.socket, reader: socket.socket, kind: socket.SocketKind) -> int:
    count = 0
    if kind == socket.SOCK_STREAM:
        writer.shutdown(socket.SHUT_WR)
    reader.settimeout(1 if kind == socket.SOCK_STREAM else 0)
    with suppress(OSError):
        while data := reader.recv(_MB):
            count += len(data)
    return count


def _output(told: Told, cap: int) -> None:
    line = "x" * 65_535 + "\n"
    for _ in range(cap // len(line) * 3 // 2):
        sys.stdout.write(line)
    sys.stdout.flush()
    told.say("limits.output", f"{cap // _MB * 3 // 2} MB were taken, cap {cap // _MB}", held=False)


def _stubborn(told: Told, seconds: int) -> None:
    """Ignore every signal, and leave a child behind in a session of its own that writes as long as it lives."""
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        note = os.open("/data/alive", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for _ in range(seconds * 20):
            os.write(note, b"x")
            time.sleep(0.05)
        os._exit(0)
    time.sleep(seconds)
    told.say("deadline.kill", f"it ran to its own end, {seconds} s", held=False)
