"""Memory bombs in children (and no more than 1 GB each, should nothing hold them)."""

import os

from tells import tell


def at_start():
    ends = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            held = [bytearray(16_777_216) for _ in range(64)]
            os._exit(len(held) and 1)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    tell(ends=ends)
