"""Doors of the kernel."""

from calls import not_refused
from tells import tell

CALLS = {
    "bpf": (321, 0, bytes(128), 128),
    "perf_event_open": (298, bytes(128), 0, -1, -1, 0),
    "userfaultfd": (323, 1),
    "memfd_secret": (447, 0),
    "modify_ldt": (154, 0, bytes(16), 16),
    "set_mempolicy": (238, 0, 0, 0),
    "move_pages": (279, 0, 0, 0, 0, 0),
    "lookup_dcookie": (212, 0, 0, 0),
    "vmsplice of nothing": (314 + 1000,),
    "nfsservctl": (180, 0, 0, 0),
    "mq_open": (240, b"mine", 0o102, 0o600, 0),
    "name_to_handle_at": (303, -100, b"/", bytes(128), bytes(8), 0),
    "open_by_handle_at": (304, -1, bytes(128), 0),
    "fanotify_init": (300, 0, 0),
}


def at_start():
    tell(not_refused=not_refused(CALLS))
