"""Tries what it must not be able to do, and answers what it could do instead of echoing."""

import contextlib
import ctypes
import errno
import json
import os
import socket
import stat
import struct
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
REFUSED = {errno.EPERM, errno.ENOSYS, errno.EACCES}
SECRETS = (
    "/pod", "/pod/in/hidden", "/run/pod", "/run/pod/control.sock", "/held", "/opt/grader", "/root", "/etc/shadow",
    "/var/run/docker.sock", "/run/docker.sock", "/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/dev/kvm",
    "/dev/vda", "/dev/vsock", "/dev/fuse",
)
PLACES = (
    "/", "/srv", "/srv/app", "/env", "/env/py", "/etc", "/usr", "/root", "/run", "/var/tmp", "/dev", "/held",
    "/data", "/tmp", "/dev/shm",
)
SETTINGS = (
    "/etc/hosts", "/etc/resolv.conf", "/proc/sys/kernel/core_pattern", "/proc/sys/net/ipv4/ip_local_port_range",
    "/proc/sysrq-trigger", "/proc/self/uid_map", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/pids/pids.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max", "/proc/self/oom_score_adj",
)
CALLS = {
    "ptrace": (101, 16, 1), "mount": (165, b"none", b"/tmp", b"tmpfs"), "umount": (166, b"/tmp", 2),
    "unshare": (272, 0x10000000), "setns": (308, 0), "clone a namespace": (56, 0x10000011), "clone3": (435,),
    "pivot_root": (155, b"/", b"/"), "chroot": (161, b"/tmp"), "keyctl": (250,), "add_key": (248,), "bpf": (321,),
    "perf_event_open": (298,), "userfaultfd": (323,), "io_uring": (425, 8), "process_vm_readv": (310, 1),
    "open_by_handle_at": (304,), "fsopen": (430, b"tmpfs"), "move_mount": (429,), "memfd_secret": (447,),
    "modify_ldt": (154,), "kexec": (246,), "init_module": (175,), "reboot": (169,), "settimeofday": (164,),
    "sethostname": (170, b"x", 1), "syslog": (103, 3), "fanotify": (300,), "pidfd_getfd": (438,),
    "a character device": (133, b"/tmp/null", stat.S_IFCHR | 0o666, os.makedev(1, 3)),
    "a block device": (133, b"/tmp/disk", stat.S_IFBLK | 0o666, os.makedev(254, 0)),
    "root": (105, 0),
}
PADDED = 7


def could_read():
    for path in SECRETS:
        with contextlib.suppress(OSError):
            if os.listdir(path) if Path(path).is_dir() else os.open(path, os.O_RDONLY) >= 0:
                yield path


def could_write():
    for place in PLACES:
        with contextlib.suppress(OSError):
            Path(place, "mine").write_text("x")
            yield place
    for path in SETTINGS:
        with contextlib.suppress(OSError):
            Path(path).write_text("-1000" if path.endswith("adj") else "1")
            yield path


def could_run():
    for place in ("/tmp", "/dev/shm", "/data"):
        program = Path(place, "program")
        program.write_text("#!/bin/sh\n")
        program.chmod(0o4755)
        with contextlib.suppress(OSError):
            subprocess.run([program], check=True)
            yield place


def could_call():
    for name, (number, *given) in CALLS.items():
        arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in [*given, *[0] * PADDED][:6]]
        ctypes.set_errno(0)
        if LIBC.syscall(ctypes.c_long(number), *arguments) >= 0 or ctypes.get_errno() not in REFUSED:
            yield name


def could_open():
    for family in range(46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            for protocol in range(23) if family == socket.AF_NETLINK else (0,):
                with contextlib.suppress(OSError):
                    socket.socket(family, kind, protocol).close()
                    yield family, kind, protocol


def could_reach():
    for address, port in json.loads(Path("targets.json").read_text()):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as attempt:
                attempt.settimeout(0.3)
                attempt.connect((address, port))
                attempt.send(b"from the pod")
                if kind == socket.SOCK_STREAM or not address.startswith("127."):
                    yield f"{address}:{port}"


def could_bind():
    for address in ("127.0.0.1", "0.0.0.0", "::"):
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            with contextlib.suppress(OSError), socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as s:
                s.setsockopt(socket.SOL_SOCKET, option, 1)
                s.bind((address, 9000))
                s.listen()
                yield f"{address} {option}"


def could_configure():
    """Bring the loopback down, or give it an address, over netlink."""
    down = struct.pack("BxHiII", 0, 0, 1, 0, 1)
    address = struct.pack("BBBBi", 2, 8, 0, 0, 1) + struct.pack("HHI", 8, 2, 0x0200007F)
    for name, kind, body in (("link", 16, down), ("address", 20, address)):
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
            netlink.settimeout(1)
            netlink.send(struct.pack("IHHII", 16 + len(body), kind, 0x605, 1, 0) + body)
            if struct.unpack_from("i", netlink.recv(65536), 16)[0] == 0:
                yield name


FOUND = {
    "read": [*could_read()],
    "written": [*could_write()],
    "run": [*could_run()],
    "called": [*could_call()],
    "opened": sorted({family for family, _, _ in could_open()}),
    "raw": [[f, k, p] for f, k, p in could_open() if (k == socket.SOCK_RAW and f not in (1, 16)) or (f == 16 and p)],
    "reached": [*could_reach()],
    "bound": [*could_bind()],
    "configured": [*could_configure()],
    "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[3:],
    "abstract": [line for line in Path("/proc/net/unix").read_text().splitlines() if "@" in line],
    "capabilities": [row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("Cap") and int(row[7:], 16)],
}


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        body = json.dumps({"text": json.dumps(FOUND)}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *arguments):
        """Quiet."""


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
