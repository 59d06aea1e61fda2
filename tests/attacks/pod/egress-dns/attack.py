"""By the resolver, and by hand."""

import contextlib
import socket
from pathlib import Path

from tells import tell

NAMES = ("example.com", "secret.example.org", "host.docker.internal", "gateway.docker.internal")
QUESTION = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"


def servers():
    rows = Path("/etc/resolv.conf").read_text().splitlines()
    return ["127.0.0.11", "198.51.100.53", *[row.split()[1] for row in rows if row.startswith("nameserver")]]


def at_start():
    resolved, asked = [], []
    for name in NAMES:
        with contextlib.suppress(OSError):
            socket.getaddrinfo(name, 80)
            resolved.append(name)
    for server in servers():
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as attempt:
            attempt.settimeout(0.5)
            attempt.connect((server, 53))
            attempt.send(QUESTION)
            attempt.send(QUESTION)  # a port that nobody holds is known by now
            asked.append(server)
    tell(resolved=resolved, asked=asked)
