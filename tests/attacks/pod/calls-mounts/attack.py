"""File systems."""

from calls import not_refused
from tells import tell

BIND, DETACH = 4096, 2
CALLS = {
    "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0),
    "bind": (165, b"/", b"/tmp", 0, BIND, 0),
    "umount": (166, b"/tmp", DETACH),
    "pivot_root": (155, b"/", b"/"),
    "chroot": (161, b"/tmp"),
    "fsopen": (430, b"tmpfs", 0),
    "fspick": (433, -100, b"/tmp", 0),
    "open_tree": (428, -100, b"/", 1),
    "move_mount": (429, -100, b"/", -100, b"/tmp", 0),
    "mount_setattr": (442, -100, b"/", 0, 0, 0),
    "swapon": (167, b"/tmp/none", 0),
    "quotactl": (179, 0x800002, 0, 0, 0),
}


def at_start():
    tell(not_refused=not_refused(CALLS))
