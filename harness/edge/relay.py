"""The way from the probe to the candidate's service: a unix socket in, loopback TCP out.

Bytes pass unread and unchanged and each direction ends by itself (half-close), so what the probe
sees is what the service sent. Plain sockets rather than asyncio streams: a stream throws away what
it has received once a write fails, and with it the 413 of a service that answers and closes
without reading a large body.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket

from harness.edge.settings import MAX_RELAYED

CHUNK_BYTES = 65_536
CONNECT_SECONDS = 5.0
HANG_UP_POLL_SECONDS = 0.1
LINGER_SECONDS = 5.0
"""How long a probe may go on sending to a service that has broken off, to read what it said last."""


class Relay:
    """Joins every connection of the unix socket to one new connection of the service.

    Args:
        listener: the listening unix socket.
        port: where the service listens on 127.0.0.1.
    """

    def __init__(self, listener: socket.socket, port: int) -> None:
        listener.settimeout(0)
        self._listener = listener
        self._port = port
        self._open: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Accept until cancelled; a connection beyond the cap is closed at once."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                probe, _ = await loop.sock_accept(self._listener)
            except OSError:  # out of descriptors, or the client left: neither ends the relay
                await asyncio.sleep(HANG_UP_POLL_SECONDS)
                continue
            if len(self._open) >= MAX_RELAYED:
                probe.close()
                continue
            task = loop.create_task(self._join(probe))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _join(self, probe: socket.socket) -> None:
        with probe, socket.socket(socket.AF_INET, socket.SOCK_STREAM) as service:
            probe.settimeout(0)
            service.settimeout(0)
            try:
                # Nagle's algorithm would hold a small second write back until the first is acknowledged.
                service.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                async with asyncio.timeout(CONNECT_SECONDS):
                    await asyncio.get_running_loop().sock_connect(service, ("127.0.0.1", self._port))
            except OSError:  # refused, or TimeoutError
                return
            await _exchange(probe, service)


async def can_connect(port: int, seconds: float = 1.0) -> bool:
    """Whether something accepts connections on 127.0.0.1:port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(0)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
        except OSError:
            return False
    return True


async def _exchange(probe: socket.socket, service: socket.socket) -> None:
    """Both directions, until both have ended, the probe is gone, or soon after the service broke off."""
    loop = asyncio.get_running_loop()
    asked = loop.create_task(_ask(probe, service))
    answered = loop.create_task(_answer(service, probe))
    gone = loop.create_task(_hung_up(probe))
    try:
        await asyncio.wait({answered, gone}, return_when=asyncio.FIRST_COMPLETED)
        if answered.done():
            patience = None if answered.result() else LINGER_SECONDS
            await asyncio.wait({asked, gone}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (asked, answered, gone):
            task.cancel()
        # Only then may the sockets be closed: the loop still watches their descriptors.
        await asyncio.gather(asked, answered, gone, return_exceptions=True)


async def _ask(probe: socket.socket, service: socket.socket) -> None:
    """Probe to service. Once the service stops reading, the rest is swallowed.

    Its answer may be on the way, and a client that can't finish sending doesn't get to read it.
    """
    loop = asyncio.get_running_loop()
    reading = True
    while data := await _receive(probe):
        if reading:
            try:
                await loop.sock_sendall(service, data)
            except OSError:
                reading = False
    if reading:
        _end(service)


async def _answer(service: socket.socket, probe: socket.socket) -> bool:
    """Service to probe; True when it ended in order, False when either side broke off."""
    loop = asyncio.get_running_loop()
    in_order = True
    try:
        while data := await loop.sock_recv(service, CHUNK_BYTES):
            await loop.sock_sendall(probe, data)
    except OSError:
        in_order = False
    _end(probe)  # either way the probe is to see the end at once
    return in_order


async def _receive(source: socket.socket) -> bytes:
    try:
        return await asyncio.get_running_loop().sock_recv(source, CHUNK_BYTES)
    except OSError:
        return b""


def _end(sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


async def _hung_up(probe: socket.socket) -> None:
    """Return when the probe has closed its end altogether, not merely its sending half.

    Reading can't tell the two apart, and a service that never answers would keep the place of a
    client that has given up. The kernel can: a unix socket has POLLHUP only when both are closed.
    """
    poll = select.poll()
    poll.register(probe, 0)
    while not poll.poll(0):  # noqa: ASYNC110 - the kernel keeps this state, no task of ours sets it
        await asyncio.sleep(HANG_UP_POLL_SECONDS)
