"""Every descriptor."""

import contextlib
import os
import resource
import time

from tells import tell


def when_asked():
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (65_536, 65_536))
    opened = 0
    while opened < 60_000:
        try:
            os.open("/dev/null", os.O_RDONLY)
            opened += 1
        except OSError:
            break
    tell(opened=opened)
    while True:  # what a caller gives back is taken too
        with contextlib.suppress(OSError):
            os.open("/dev/null", os.O_RDONLY)
        time.sleep(0.0001)
