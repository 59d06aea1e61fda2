"""System calls that a submission has no use for: each is called with arguments that could do no harm.

A call is refused when it ends with EPERM, ENOSYS or EACCES, or when it ends the child that made it.
Any other end, an EFAULT too, means that the kernel looked at the arguments.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
import stat

from harness.promises.told import Told

_LIBC = ctypes.CDLL(None, use_errno=True)
_REFUSED = {errno.EPERM, errno.ENOSYS, errno.EACCES}
_NO_SUCH = {errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT}
_NEW_NAMESPACE = 0x10000000  # of users: the one that needs no capability where it is allowed
_SCRATCH = "/tmp/promise"  # noqa: S108 - inside the container

_GROUPS: dict[str, dict[str, tuple[int | bytes, ...]]] = {
    "calls.trace": {"ptrace": (101, 0), "process_vm_readv": (310, 1), "process_vm_writev": (311, 1), "kcmp": (312, 1)},
    "calls.io_uring": {"io_uring_setup": (425, 8), "io_uring_enter": (426, -1), "io_uring_register": (427, -1)},
    "calls.namespaces": {
        "unshare": (272, _NEW_NAMESPACE),
        "unshare of mounts": (272, 0x20000),
        "setns": (308, -1),
        "clone3": (435,),
    },
    "calls.mount": {
        "mount": (165, b"none", b"/tmp", b"no-such"),
        "umount2": (166, b"/no-such", 0),
        "pivot_root": (155, b"/no-such", b"/no-such"),
        "fsopen": (430, b"no-such"),
        "open_tree": (428, -1, b"no-such"),
        "chroot": (161, b"/no-such"),
        "open_by_handle_at": (304, -1),
    },
    "calls.keys": {"keyctl": (250, 0, -3), "add_key": (248,), "request_key": (249,)},
    "calls.bpf": {"bpf": (321, 0, 0, 0), "perf_event_open": (298, 0, 0, -1, -1)},
    "calls.userfaultfd": {"userfaultfd": (323, 0)},
    "calls.modules": {"finit_module": (313, -1), "init_module": (175, 0, 0), "delete_module": (176, b"no-such")},
}
_SPECIAL = {"sockets.vsock": 40, "sockets.alg": 38}
_PLAIN = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK}
_FAMILIES = 46


def main(told: Told, _: dict[str, object]) -> None:
    """Try system calls, sockets and device nodes."""
    for promise, group in _GROUPS.items():
        told.refused(promise, [name for name, call in group.items() if _reaches(*call)], group)
    held, saw = _thirty_two_bit()
    told.say("calls.32bit", saw, held=held)
    _sockets(told)
    made = [name for name, kind in (("character", stat.S_IFCHR), ("block", stat.S_IFBLK)) if _makes(kind)]
    told.refused("devices.made", made, ["character", "block"])


def _reaches(number: int | bytes, *arguments: int | bytes) -> bool:
    """Whether the kernel looks at a call; in a child, since some ways of refusing end the caller."""
    child = os.fork()
    if child == 0:
        full = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
        full += [ctypes.c_long(0)] * (6 - len(full))
        done = _LIBC.syscall(ctypes.c_long(int(number)), *full)
        os._exit(1 if done >= 0 or ctypes.get_errno() not in _REFUSED else 0)
    status = os.waitpid(child, 0)[1]
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0


def _thirty_two_bit() -> tuple[bool, str]:
    """Enter the kernel as a 32-bit program would: its numbers pass by a filter for 64-bit ones."""
    child = os.fork()
    if child == 0:
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        os._exit(1 if call() == os.getpid() else 0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True, f"int 0x80 ended its caller by signal {os.WTERMSIG(status)}"
    entered = os.WEXITSTATUS(status) == 1
    return not entered, "getpid by int 0x80 answered" if entered else "int 0x80 was refused"


def _sockets(told: Told) -> None:
    opened = {family for family in range(1, _FAMILIES) if _opens(family)}
    for promise, family in _SPECIAL.items():
        told.refused(promise, ["a socket"] if family in opened else [], ["a socket"])
    others = opened - _PLAIN - set(_SPECIAL.values())
    told.refused("sockets.families", [str(family) for family in others], [f"all of 1-{_FAMILIES - 1} but the plain"])
    raw = {"raw IPv4": (2, 3, 1), "raw IPv6": (10, 3, 58), "packet": (17, 3, 0), "netfilter": (16, 3, 12)}
    told.refused("sockets.raw", [name for name, wanted in raw.items() if _opened(*wanted)], raw)


def _opens(family: int) -> bool:
    """Whether any kind of socket of a family is made; an unknown kind means that the family was asked."""
    return any(_opened(family, kind, 0) for kind in (1, 2, 3, 5))


def _opened(family: int, kind: int, protocol: int) -> bool:
    try:
        socket.socket(family, kind, protocol).close()
    except OSError as error:
        return error.errno not in _REFUSED | _NO_SUCH
    return True


def _makes(kind: int) -> bool:
    try:
        os.mknod(_SCRATCH, kind | 0o600, os.makedev(1, 3))
    except OSError:
        return False
    os.unlink(_SCRATCH)  # noqa: PTH108 - beside the call that made it
    return True
