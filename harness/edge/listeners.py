"""The three listening sockets of the edge."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from harness.edge.settings import Settings

BACKLOG = 128
SOCKET_MODE = 0o660


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Bound, listening, and not yet accepted from."""

    gateway: socket.socket
    relay: socket.socket
    control: socket.socket


def bind_all(settings: Settings) -> Listeners:
    """Bind the gateway's port and both unix sockets; raises ``OSError`` when one is taken."""
    return Listeners(
        gateway=_listen_tcp(settings.gateway_port),
        relay=_listen_unix(settings.relay_path),
        control=_listen_unix(settings.control_path),
    )


def _listen_tcp(port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's algorithm off only where it reads TCP:
    # left at 0, every answer to a kept-alive client came 40 ms late.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Lets a restarted edge bind while old connections linger. It does not let anybody share a
    # listening port (that would be SO_REUSEPORT, which is deliberately absent).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(BACKLOG)
    return listener


def _listen_unix(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # a leftover of an edge that was killed
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(SOCKET_MODE)  # before listen: nobody connects under the umask's mode
    listener.listen(BACKLOG)
    return listener
