"""AF_VSOCK."""

from calls import not_refused
from tells import tell

SOCKET, SOCKETPAIR, VSOCK = 41, 53, 40


def at_start():
    pair = bytes(8)
    kinds = {f"kind {kind}": (SOCKET, VSOCK, kind, 0) for kind in (1, 2, 3, 5)}
    tell(not_refused=not_refused(kinds | {"pair": (SOCKETPAIR, VSOCK, 1, 0, pair)}))
