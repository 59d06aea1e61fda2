"""Other processes."""

import os

from calls import not_refused
from tells import tell


def at_start():
    parent = os.getpid()
    held = os.pidfd_open(parent)
    tell(
        not_refused=not_refused(
            {
                "trace me": (101, 0),
                "attach": (101, 16, parent),
                "process_vm_readv": (310, parent, bytes(16), 0, bytes(16), 0, 0),
                "process_vm_writev": (311, parent, bytes(16), 0, bytes(16), 0, 0),
                "pidfd_getfd": (438, held, 1, 0),
                "kcmp": (312, parent, parent, 0, 0, 0),
                "process_madvise": (440, held, bytes(16), 0, 0, 0),
                "process_mrelease": (448, held, 0),
            }
        )
    )
    os.close(held)
