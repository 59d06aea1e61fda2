"""Silent, with a silent heir."""

import os
import time


def at_start():
    if os.fork() == 0:
        time.sleep(3_600)
        os._exit(0)
    nothing = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
