"""AF_ALG."""

from calls import not_refused
from tells import tell

SOCKET, ALG = 41, 38


def at_start():
    tell(not_refused=not_refused({"hash": (SOCKET, ALG, 5, 0), "stream": (SOCKET, ALG, 1, 0)}))
