"""uvicorn, bounded: connection caps and header deadlines that it does not have itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from harness.edge.settings import BODY_SECONDS, MAX_CONNECTIONS

if TYPE_CHECKING:
    from starlette.types import ASGIApp

MAX_HEADER_BYTES = 16_384
UNREAD_SECONDS = 5.0
"""How long a client that was answered early may go on sending: who can't finish doesn't read the answer."""
KEEP_ALIVE_SECONDS = 75
"""Longer than any client's own pool keeps a connection: we never close one that is about to be used."""


class BoundedProtocol(H11Protocol):
    """One connection of a bounded set, with a deadline for its first request.

    Descriptors are shared with the relay: without a cap, a candidate that opens idle connections
    to the gateway would cut off the probe.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection in; beyond the cap, at the cost of an idle one or else of itself."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(BODY_SECONDS, self._expire)
        if len(self.connections) > MAX_CONNECTIONS:
            idle = (c for c in self.connections if isinstance(c, H11Protocol) and c.timeout_keep_alive_task)
            next(idle, self).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """End a connection whose body goes on after its answer: uvicorn would read and drop it for ever."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self.loop.call_later(UNREAD_SECONDS, self._hang_up, self.cycle)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; a body that turns bad after its answer has begun can only be hung up on."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def _expire(self) -> None:
        if self.cycle is None:  # no request has been read yet
            self.transport.abort()

    def _hang_up(self, answered: RequestResponseCycle) -> None:
        if self.cycle is answered and self.conn.their_state is h11.SEND_BODY:
            self.transport.abort()


class BoundedServer(uvicorn.Server):
    """A server that leaves signals to the process: two of them share one event loop."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
