"""What can be seen from inside: rights, mounts, devices, and what can be opened for writing. Nothing is written."""

from __future__ import annotations

import os
import resource
import signal
import stat
from pathlib import Path

from harness.promises.told import Told

_OF_THE_ENGINE = ("/proc", "/sys", "/dev", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv")
_INITS = ("/sbin/docker-init", "/usr/sbin/docker-init", "/dev/init", "/run/podman-init")
_DEVICES = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console"}
_KERNEL = ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/sys/kernel", "/sys/fs", "/sys/class", "/sys/module")
_OWN = "/proc/sys/kernel/ns_last_pid"
_SYSRQ = "/proc/sysrq-trigger"
_SECRETS = ("/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/var/run/docker.sock", "/run/docker.sock",
            "/run/podman/podman.sock", "/etc/shadow")  # fmt: skip
_PLACES = ("/", "/etc", "/usr", "/usr/bin", "/root", "/run", "/var/tmp", "/srv", "/dev")  # noqa: S108
_MANY_FILES, _SHOWN = 20_000, 3
_PEAK = 2**63 - 4096
"""What cgroup v1 shows where there is no limit."""


def main(told: Told, given: dict[str, object]) -> None:
    """Look at everything."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    sets = {name: status.get(name, "0").strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    some = [f"{name} {value}" for name, value in sets.items() if int(value, 16)]
    told.say("rights.capabilities", ", ".join(some) or "all five sets are empty", held=not some)
    new = status.get("NoNewPrivs", "?").strip()
    told.say("rights.no_new", f"NoNewPrivs: {new}", held=None if new == "?" else new == "1")
    told.say("rights.user", f"user {os.geteuid()}, group {os.getegid()}", held=bool(os.geteuid() and os.getegid()))
    _files(told)
    _mounts(told, str(given["mounts"]).split())
    _devices(told)
    _core(told)
    _swap(told, int(str(given["memory"])))


def _files(told: Told) -> None:
    written = [place for place in _PLACES if _can_make(place)]
    told.refused("files.root", written, _PLACES)
    kernel = [path for path in [_SYSRQ, *_below(_KERNEL)] if path != _OWN and _opens(path, os.O_WRONLY)]
    more = f" and {len(kernel) - _SHOWN} more" if len(kernel) > _SHOWN else ""
    saw = ", ".join(kernel[:_SHOWN]) + more if kernel else "no file of /proc or /sys opens for writing"
    told.say("files.kernel", saw, held=not kernel)
    told.refused("files.secrets", [path for path in _SECRETS if _opens(path, os.O_RDONLY) and _holds(path)], _SECRETS)


def _holds(path: str) -> bool:
    """Whether something can be read there: a masked file opens, and is empty."""
    if stat.S_ISSOCK(os.stat(path).st_mode):  # noqa: PTH116 - beside os.open
        return True
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        os.set_blocking(file.fileno(), False)
        try:
            return bool(file.read(1))
        except OSError:
            return False


def _below(tops: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for top in tops:
        for folder, _, names in os.walk(top):
            found += [f"{folder}/{name}" for name in names]
            if len(found) > _MANY_FILES:
                return found
    return found


def _opens(path: str, flags: int) -> bool:
    try:
        os.close(os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _can_make(place: str) -> bool:
    path = Path(place) / ".promise"
    try:
        path.touch()
    except OSError:
        return False
    path.unlink()
    return True


def _mounts(told: Told, ours: list[str]) -> None:
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    known = (*_OF_THE_ENGINE, *ours)
    odd = [
        p for p in points if p != "/" and p not in _INITS and not any(p == k or p.startswith(f"{k}/") for k in known)
    ]
    told.say("files.mounts", ", ".join(odd[:5]) or f"{len(points)} mounts: ours and the engine's own", held=not odd)


def _devices(told: Told) -> None:
    found = []
    for folder, _, names in os.walk("/dev"):
        for name in names:
            mode = os.lstat(f"{folder}/{name}").st_mode
            device = stat.S_ISCHR(mode) or stat.S_ISBLK(mode)
            if device and name not in _DEVICES and not folder.startswith("/dev/pts"):
                found.append(f"{folder}/{name}")
    told.say("devices.seen", ", ".join(found[:5]) or "none but null, zero, random and the terminal", held=not found)


def _core(told: Told) -> None:
    child = os.fork()
    if child == 0:
        os.chdir("/tmp")  # noqa: S108 - inside the container
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (ValueError, OSError):
            os.kill(os.getpid(), signal.SIGSEGV)
        os._exit(1)
    status = os.waitpid(child, 0)[1]
    dumped = os.WIFEXITED(status) or os.WCOREDUMP(status)
    told.say("limits.core", "the limit can be raised" if dumped else "a crash left no core", held=not dumped)


def _swap(told: Told, memory: int) -> None:
    """By the cgroup's own word where it can be read; else a machine without swap has none to give."""
    for name, spare in (("memory/memory.memsw.limit_in_bytes", memory), ("memory.swap.max", 0)):
        try:
            text = Path("/sys/fs/cgroup", name).read_text().strip()
        except OSError:
            continue
        allowed = _PEAK if text == "max" else int(text) - spare
        told.say("limits.swap", f"{name}: {text}", held=allowed <= 0)
        return
    swaps = [line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("SwapTotal")]
    none = bool(swaps) and swaps[0].split()[1] == "0"
    told.say(
        "limits.swap", "the machine has no swap" if none else "no cgroup file to read", held=True if none else None
    )
