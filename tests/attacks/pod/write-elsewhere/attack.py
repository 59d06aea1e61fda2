"""Everywhere; and what the kernel says is mounted to be written."""

import contextlib
from pathlib import Path

from tells import tell

PLACES = (
    "/", "/bin", "/boot", "/data", "/dev", "/dev/shm", "/env", "/env/py", "/env/py/bin", "/etc", "/held", "/home", "/lib", "/mnt", "/opt",
    "/pod", "/root", "/run", "/run/lock", "/srv", "/srv/app", "/sys", "/tmp", "/usr", "/usr/local/bin", "/var", "/var/lock", "/var/tmp",
)
KERNELS = {"proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue"}


def writable():
    for row in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, options, *_ = row.split()
        if "rw" in options.split(",") and kind not in KERNELS and place != "/dev" and not place.startswith(("/proc/", "/sys/")):
            yield place


def at_start():
    written = []
    for place in PLACES:
        with contextlib.suppress(OSError):
            Path(place, "mine").write_text("x")
            written.append(place)
    tell(written=sorted(written), mounted=sorted(writable()))
