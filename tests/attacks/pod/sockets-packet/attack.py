"""AF_PACKET, and its ancestor."""

from calls import not_refused
from tells import tell

SOCKET, PACKET, INET = 41, 17, 2
EVERYTHING = 0x0300


def at_start():
    tell(
        not_refused=not_refused(
            {
                "raw": (SOCKET, PACKET, 3, EVERYTHING),
                "datagrams": (SOCKET, PACKET, 2, EVERYTHING),
                "kind 10": (SOCKET, PACKET, 10, EVERYTHING),
            }
        )
    )
