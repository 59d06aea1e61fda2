"""What another start would find, if it were shared or kept."""

import ctypes
from pathlib import Path

from tells import tell

KINDS = ("shm", "sem", "msg")


def at_start():
    tables = {kind: Path(f"/proc/sysvipc/{kind}") for kind in KINDS}
    tell(found=[kind for kind, table in tables.items() if len(table.read_text().splitlines()) > 1])
    ctypes.CDLL(None).shmget(0x6D696E65, ctypes.c_size_t(4_096), 0o1600)
