"""HTTP/1.1 to a hostile peer over a unix socket: one fresh connection per exchange, every wait and buffer bounded.

The guard sits at the socket, below the parser (httpcore and h11): whatever a peer drips, floods or withholds, a
read never waits beyond the exchange's deadline and never lets through more than its bytes. Above it an httpx
client with everything off that could act on a reply: no redirects, no cookies, no environment, no decoding.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any, Final

import httpcore
import httpx

from harness.probe.errors import FaultKind, ServiceFault
from harness.probe.exchanges import Exchange, Held

HEAD_BYTES: Final = 64 * 1024
"""Raw bytes before the reply's head is complete (below h11's own 100 kB), interim 1xx replies included."""

HEAD_FIELDS: Final = 256
READ_BYTES: Final = 16 * 1024
EARLY_REPLY_S: Final = 1.0
"""A peer that has replied and reads nothing for this long gets no more of the request."""

HEADERS: Final = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "connection": "close",
    "user-agent": "probe",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """A complete reply: header names are lower case, repeated ones joined by a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True, kw_only=True)
class Guard:
    """The bounds of one exchange, and what has come of it so far."""

    name: str
    seconds: float
    max_bytes: int
    held: Held
    until: float = field(init=False)
    raw_bytes: int = 0
    head_done: bool = False
    ended: bool = False
    first_bytes: bytearray = field(default_factory=bytearray)
    body: bytearray = field(default_factory=bytearray)
    handed_over: bytes = b""
    status: int | None = None

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.seconds

    def fault(self, kind: FaultKind, what: str) -> ServiceFault:
        """The exception that ends this exchange."""
        return ServiceFault(kind, f"{self.name}: {what}.")

    def left(self, doing: str) -> float:
        """Seconds until the deadline; raises ``timeout`` when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise self.fault("timeout", f"{doing} within {self.seconds:.3g} s")
        return left

    def came(self, data: bytes) -> None:
        """Count raw bytes as they leave the socket."""
        self.ended = not data
        self.raw_bytes += len(data)
        if len(self.first_bytes) < HEAD_BYTES // 4:
            self.first_bytes += data
        if not self.head_done and self.raw_bytes > HEAD_BYTES:
            raise self.fault("too_large", f"more than {HEAD_BYTES:,} bytes before the reply's body")
        if self.raw_bytes > self.max_bytes + 2 * HEAD_BYTES:
            raise self.too_large()

    def take(self, chunk: bytes) -> None:
        """Keep a piece of the body."""
        self.left("no complete reply")
        if len(self.body) + len(chunk) > self.max_bytes:
            raise self.too_large()
        if not self.held.charge(len(chunk)):
            raise self.fault("too_large", f"the replies of this check hold more than {self.held.limit:,} bytes")
        self.body += chunk

    def hand_over(self) -> bytes:
        """The whole body, kept here no longer; its bytes stay charged."""
        body = bytes(self.body)
        self.handed_over = body
        self.body.clear()
        return body

    def too_large(self) -> ServiceFault:
        """The fault of a reply beyond its cap."""
        return self.fault("too_large", f"the reply is larger than {self.max_bytes:,} bytes")


class _Stream(httpcore.NetworkStream):
    def __init__(self, sock: socket.socket, guard: Guard) -> None:
        self._sock = sock
        self._guard = guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the guard's time counts
        self._sock.settimeout(self._guard.left("no complete reply"))
        try:
            data = self._sock.recv(min(max_bytes, READ_BYTES))
        except TimeoutError:
            raise self._guard.fault("timeout", f"no complete reply within {self._guard.seconds:.3g} s") from None
        except OSError:
            raise self._guard.fault("closed", "the connection was reset before the reply was complete") from None
        self._guard.came(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - likewise
        rest = memoryview(buffer)
        self._sock.settimeout(0)
        while rest:
            try:
                rest = rest[self._sock.send(rest) :]
            except BlockingIOError:
                self._wait_for_room()
            except OSError as error:  # closed while we write: httpcore then reads, a reply may be there already
                raise httpcore.WriteError(str(error)) from None

    def _wait_for_room(self) -> None:
        left = self._guard.left("the request was not read")
        if _ready(self._sock, select.POLLOUT, min(left, EARLY_REPLY_S)):
            return
        if _ready(self._sock, select.POLLIN, 0):
            raise httpcore.WriteError("the peer replied and reads no more")  # httpcore goes on to read the reply

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401, ARG002 - httpcore's signature
        return None


def _ready(sock: socket.socket, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(max(0, int(seconds * 1000))))


class _Backend(httpcore.NetworkBackend):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002 - the guard's time counts
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.NetworkStream:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            while True:
                sock.settimeout(self._guard.left("no connection"))
                try:
                    sock.connect(path)
                except BlockingIOError:  # a full backlog: a unix socket says so at once instead of waiting
                    time.sleep(0.005)
                else:
                    return _Stream(sock, self._guard)
        except ServiceFault:
            sock.close()
            raise
        except OSError:
            sock.close()
            raise self._guard.fault("refused", "the connection was refused") from None


class _Transport(httpx.BaseTransport):
    """Does a whole exchange, body included, under the request's guard."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._handing_over = threading.Lock()  # one large body at a time is there twice

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        guard: Guard = request.extensions["guard"]
        url = httpcore.URL(
            scheme=b"http", host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        connection = httpcore.HTTPConnection(url.origin, uds=self._path, network_backend=_Backend(guard))
        try:
            response = connection.handle_request(
                httpcore.Request(request.method, url, headers=request.headers.raw, content=request.content)
            )
            guard.head_done = True
            guard.status = response.status
            _judge_head(guard, response.headers)
            for chunk in response.iter_stream():
                guard.take(chunk)
        finally:
            connection.close()
        with self._handing_over:
            body = guard.hand_over()
        return httpx.Response(response.status, headers=response.headers, stream=httpx.ByteStream(body))


def _judge_head(guard: Guard, fields: list[tuple[bytes, bytes]]) -> None:
    if len(fields) > HEAD_FIELDS:
        raise guard.fault("too_large", f"the reply has more than {HEAD_FIELDS} header fields")
    if {b"content-length", b"transfer-encoding"} <= {name.lower() for name, _ in fields}:
        # RFC 9112, 6.3: two readers may see two different bodies, which is how requests are smuggled.
        raise guard.fault("bad_http", "the reply states a length and a transfer encoding at once")
    for name, value in fields:
        field_name, text = name.lower(), value.strip().lower()
        if field_name == b"content-encoding" and text not in (b"", b"identity"):
            raise guard.fault("encoded", "the reply has a content encoding that was not asked for")
        if field_name == b"content-length" and int(text) > guard.max_bytes:
            raise guard.too_large()


class _NoCookies(CookieJar):
    """Keeps and sends nothing: exchanges must not know each other, and cookies are never parsed."""

    def extract_cookies(self, response: Any, request: Any) -> None:  # noqa: ANN401 - the base's signature
        pass

    def add_cookie_header(self, request: Any) -> None:  # noqa: ANN401 - likewise
        pass


class Wire:
    """Speaks to one unix socket. Safe to use from several threads.

    Args:
        path: the socket.
        authority: host and port named in the ``Host`` header.
    """

    def __init__(self, path: str, authority: str = "127.0.0.1:8000") -> None:
        self._base = f"http://{authority}"
        self._client = httpx.Client(
            transport=_Transport(path),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the guard's deadline is around the whole exchange
            headers=HEADERS,
            cookies=_NoCookies(),
        )

    def exchange(
        self, record: Exchange, *, body: bytes, headers: Mapping[str, str], seconds: float, max_bytes: int, held: Held
    ) -> RawReply:
        """Send one request and read its whole reply; ``record`` is filled in either way.

        The bytes of a reply that is returned stay charged to ``held``; whoever drops the reply releases them.

        Raises:
            ServiceFault: the reply is late, cut, too large, encoded or not HTTP.
            ValueError: the request itself cannot be sent (a bug of the check).
        """
        if not record.path.startswith("/"):
            message = f"a path begins with '/', not {record.path!r}"
            raise ValueError(message)
        guard = Guard(name=record.name, seconds=seconds, max_bytes=max_bytes, held=held)
        request = self._client.build_request(
            record.method, self._base + record.path, content=body or None, headers=headers, extensions={"guard": guard}
        )
        started = time.monotonic()
        try:
            return self._send(request, guard)
        except ServiceFault as fault:
            record.fault = fault.kind
            held.release(len(guard.body) + len(guard.handed_over))
            raise
        finally:
            record.ms = (time.monotonic() - started) * 1000
            record.status = guard.status
            record.keep_reply((guard.handed_over or guard.body) if guard.head_done else guard.first_bytes)

    def _send(self, request: httpx.Request, guard: Guard) -> RawReply:
        try:
            response = self._client.send(request)
        except (ServiceFault, httpcore.LocalProtocolError):
            raise
        except Exception as error:  # noqa: BLE001 - the peer chose the bytes, so a parser's trip is the peer's fault
            if guard.ended:
                raise guard.fault("closed", "the connection was closed before the reply was complete") from None
            raise guard.fault("bad_http", f"the reply is not sound HTTP ({type(error).__name__}: {error})") from None
        return RawReply(status=response.status_code, headers=dict(response.headers.items()), body=response.content)
