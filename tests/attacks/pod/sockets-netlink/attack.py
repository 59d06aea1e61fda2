"""Audit, netfilter, crypto, uevents, and the rest."""

import socket

from calls import not_refused
from tells import tell

SOCKET, NETLINK, RAW = 41, 16, 3


def at_start():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
    kinds = {str(protocol): (SOCKET, NETLINK, RAW, protocol) for protocol in range(1, 32)}
    tell(not_refused=not_refused(kinds), route=True)
