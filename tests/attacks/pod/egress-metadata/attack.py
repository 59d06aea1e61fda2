"""169.254.169.254 and its relatives."""

import errno
import socket

from tells import tell

PLACES = (("169.254.169.254", 80), ("169.254.170.2", 80), ("fd00:ec2::254", 80), ("metadata.google.internal", 80))
NO_WAY = {errno.ENETUNREACH, errno.ECONNREFUSED, errno.EADDRNOTAVAIL}


def reached(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(0.5)
        try:
            return attempt.connect_ex((address, port)) not in NO_WAY
        except socket.gaierror:
            return False  # no such name here


def at_start():
    tell(reached=[address for address, port in PLACES if reached(address, port)])
