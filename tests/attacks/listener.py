"""Somebody on this machine whom no stranger's code may reach."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import threading

_SIOCGIFADDR = 0x8915


class Listener:
    """Listens on every IPv4 address of this machine; afterwards says where something came in."""

    def __init__(self) -> None:
        self._sockets = [(address, *_pair(address)) for address in _own_addresses()]
        self._lock = threading.Lock()

    @property
    def targets(self) -> list[tuple[str, int]]:
        """Addresses and ports to call."""
        return [(address, stream.getsockname()[1]) for address, stream, _ in self._sockets]

    def called(self) -> list[str]:
        """The addresses that a connection or a datagram reached since the last time."""
        found = []
        with self._lock:
            for address, stream, datagrams in self._sockets:
                with contextlib.suppress(BlockingIOError):
                    while True:  # all of it: what is left would be held against the next attack
                        stream.accept()[0].close()
                        found.append(f"tcp {address}")
                with contextlib.suppress(BlockingIOError):
                    while True:
                        datagrams.recv(100)
                        found.append(f"udp {address}")
        return sorted(set(found))

    def close(self) -> None:
        """Stop listening."""
        for _, stream, datagrams in self._sockets:
            stream.close()
            datagrams.close()


def _pair(address: str) -> tuple[socket.socket, socket.socket]:
    stream = socket.create_server((address, 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(stream.getsockname())
    stream.settimeout(0)
    datagrams.settimeout(0)
    return stream, datagrams


def _own_addresses() -> list[str]:
    """Loopback, the engine's bridge and the machine's own interfaces."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(asking, _SIOCGIFADDR, struct.pack("256s", name.encode()))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found
