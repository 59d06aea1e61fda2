"""Port 9000, every way."""

import contextlib
import os
import socket
import urllib.request

from tells import tell

ADDRESSES = ("127.0.0.1", "127.0.0.2", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1")
OPTIONS = ((), (socket.SO_REUSEADDR,), (socket.SO_REUSEPORT,), (socket.SO_REUSEADDR, socket.SO_REUSEPORT))
MINE = {"127.0.0.2", "::1"}
"""Addresses of the loopback at which nobody of ours listens, or calls."""


def at_start():
    bound = []
    for address in ADDRESSES:
        for options in OPTIONS:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with contextlib.suppress(OSError), socket.socket(family) as taken:
                for option in options:
                    taken.setsockopt(socket.SOL_SOCKET, option, 1)
                taken.bind((address, 9000))
                taken.listen()
                if address not in MINE:
                    bound.append(f"{address} {options}")
    url = os.environ["EMBEDDINGS_URL"].replace("/v1", "/health")
    tell(bound=bound, spoofed=b"ok" not in urllib.request.urlopen(url, timeout=10).read())
