"""/proc; each gets back what it already says."""

import contextlib
from pathlib import Path

from tells import tell

SETTINGS = (
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname", "/proc/sys/kernel/randomize_va_space",
    "/proc/sys/kernel/shm_rmid_forced", "/proc/sys/net/ipv4/ip_local_port_range", "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/net/ipv4/ping_group_range", "/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/vm/overcommit_memory", "/proc/sys/fs/binfmt_misc/register", "/proc/sysrq-trigger",
    "/proc/irq/default_smp_affinity", "/proc/self/setgroups",
)
MAPS = ("/proc/self/uid_map", "/proc/self/gid_map", "/proc/1/uid_map")
"""Anybody may open these; what counts is what is written."""


def at_start():
    written = []
    for path in map(Path, SETTINGS):
        with contextlib.suppress(OSError):
            path.open("r+b").close()
            written.append(str(path))
    for path in map(Path, MAPS):
        with contextlib.suppress(OSError):
            path.write_text("0 10001 1")
            written.append(str(path))
    tell(written=written)
