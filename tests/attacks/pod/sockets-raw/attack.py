"""Raw."""

import contextlib
import socket

from tells import tell


def at_start():
    made = []
    for family in (socket.AF_INET, socket.AF_INET6):
        for protocol in range(256):
            with contextlib.suppress(OSError):
                socket.socket(family, socket.SOCK_RAW, protocol).close()
                made.append([family, protocol])
    tell(made=made)
