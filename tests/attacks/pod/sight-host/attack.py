"""By path; opened where it exists."""

import contextlib
import os
from pathlib import Path

from tells import tell

PLACES = (
    "/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/proc/kcore", "/proc/kmsg", "/proc/kpageflags",
    "/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/kvm", "/dev/vda", "/dev/sda", "/dev/nvme0", "/dev/vsock", "/dev/vhost-vsock", "/dev/fuse",
    "/dev/net/tun", "/dev/loop-control", "/dev/mapper/control", "/dev/userfaultfd", "/dev/cpu/0/msr", "/etc/shadow", "/root",
    "/sys/kernel/debug/tracing", "/sys/kernel/security/lockdown", "/proc/vmallocinfo", "/proc/slabinfo",
)


def at_start():
    seen = []
    for path in PLACES:
        with contextlib.suppress(OSError):
            os.listdir(path) if Path(path).is_dir() else os.close(os.open(path, os.O_RDONLY))
            seen.append(path)
    tell(seen=seen)
