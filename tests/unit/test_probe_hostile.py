"""A hostile peer ends every exchange as the right fault, within its deadline and a bounded memory."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest
from probe_stubs import ROOT, raw_server

from harness.probe.errors import ServiceFault
from harness.probe.exchanges import ExchangeLog
from harness.probe.service import Budget, Reply, Service
from harness.probe.wire import Wire

DEADLINE = 1.0
MEMORY = 64 * 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"Content-Type: application/json\r\n"
BIG = b"x" * 65_536


def service(path: str, seconds: float = 20.0, max_bytes: int = 4_194_304) -> Service:
    """A client of the socket, with one second for each exchange."""
    return Service(Wire(path), Budget(seconds=seconds), ExchangeLog(), exchange_s=DEADLINE, max_bytes=max_bytes)


def request_of(client: socket.socket) -> bytes:
    """Read the head of a request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65_536)
    return data


def says(*parts: bytes, forever: bytes = b"", pause: float = 0.0, hold: bool = False) -> Callable[..., None]:
    """Read the request's head, send the parts, then one part for ever, or hold the connection open."""

    def behave(client: socket.socket) -> None:
        request_of(client)
        for part in parts:
            client.sendall(part)
        while forever:
            client.sendall(forever)
            time.sleep(pause)
        if hold:
            time.sleep(30)

    return behave


def body(data: bytes) -> Callable[..., None]:
    """Reply with these bytes as JSON."""
    return says(JSON + b"Content-Length: %d\r\n\r\n" % len(data) + data)


def drip(data: bytes, start: bytes = b"") -> Callable[..., None]:
    """Send the start, then a byte at a time."""

    def behave(client: socket.socket) -> None:
        request_of(client)
        client.sendall(start)
        for byte in data:
            client.sendall(bytes([byte]))
            time.sleep(0.05)

    return behave


def reset(client: socket.socket) -> None:
    """Leave with the request unread: a unix socket's way of a reset."""
    client.sendall(OK + b"Content-Length: 100\r\n\r\nhalf")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half_close(client: socket.socket) -> None:
    """End our direction without a reply, and stay."""
    request_of(client)
    client.shutdown(socket.SHUT_WR)
    time.sleep(5)


HOSTILE = {
    "endless-chunked": (
        says(OK + b"Transfer-Encoding: chunked\r\n\r\n", forever=b"10000\r\n" + BIG + b"\r\n"),
        "too_large",
    ),
    "endless-tiny-chunks": (
        says(OK + b"Transfer-Encoding: chunked\r\n\r\n", forever=b"1\r\nx\r\n" * 5000),
        "timeout",
    ),
    "chunk-drip": (drip(b"1\r\nx\r\n" * 99, OK + b"Transfer-Encoding: chunked\r\n\r\n"), "timeout"),
    "header-drip": (drip(b"X-A: b\r\n" * 99, OK), "timeout"),
    "status-drip": (drip(OK * 9), "timeout"),
    "body-drip": (drip(b"y" * 99, OK + b"Content-Length: 99\r\n\r\n"), "timeout"),
    "1xx-flood": (says(forever=b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "too_large"),
    "1xx-drip": (says(forever=b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.05), "timeout"),
    "10-MB-header": (says(OK + b"X-A: " + b"a" * 10_000_000 + b"\r\n\r\n"), "too_large"),
    "endless-header": (says(OK, forever=b"X-A: b\r\n" * 1000), "too_large"),
    "5000-headers": (says(OK + b"A:b\r\n" * 5000 + b"Content-Length: 0\r\n\r\n"), "too_large"),
    "giant-promised": (says(OK + b"Content-Length: 1073741824\r\n\r\n", forever=BIG), "too_large"),
    "giant-unpromised": (says(OK + b"Connection: close\r\n\r\n", forever=BIG), "too_large"),
    "gzip-bomb": (
        says(JSON + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(bytes(20_000_000))),
        "encoded",
    ),
    "deep-json": (body(b"[" * 200_000 + b"]" * 200_000), "bad_json"),
    "deep-but-few": (body(b"[" * 90_000 + b"]" * 90_000), "bad_json"),
    "many-dicts": (body(b"[" + b"{}," * 1_300_000 + b"{}]"), "bad_json"),
    "million-digits": (body(b"9" * 1_000_000), "bad_json"),
    "huge-float": (body(b"1e999"), "bad_json"),
    "nan": (body(b'{"a": NaN}'), "bad_json"),
    "infinity": (body(b'{"a": -Infinity}'), "bad_json"),
    "duplicate-keys": (body(b'{"a": 1, "a": 2}'), "bad_json"),
    "half-a-surrogate-pair": (body(b'{"a": "\\ud800"}'), "bad_json"),
    "json-then-garbage": (body(b'{"a": 1} x'), "bad_json"),
    "empty-body": (body(b""), "bad_json"),
    "bad-utf-8": (body(b'{"a": "\xff\xfe"}'), "bad_text"),
    "utf-16": (body('{"a": 1}'.encode("utf-16")), "bad_text"),
    "two-lengths": (says(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), "bad_http"),
    "length-and-chunks": (
        says(OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        "bad_http",
    ),
    "bad-length": (says(OK + b"Content-Length: -5\r\n\r\n{}"), "bad_http"),
    "endless-length": (says(OK + b"Content-Length: " + b"9" * 500 + b"\r\n\r\n{}"), "bad_http"),
    "bad-chunk": (says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"), "bad_http"),
    "odd-transfer": (says(OK + b"Transfer-Encoding: weird\r\n\r\n{}"), "bad_http"),
    "status-line": (says(b"HTTP/9 fine\r\n\r\n"), "bad_http"),
    "not-http": (says(b"\x16\x03\x01 hello\r\n\r\n"), "bad_http"),
    "switch": (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", hold=True), "bad_http"),
    "no-reply": (says(hold=True), "timeout"),
    "closed-at-once": (says(), "closed"),
    "half-close": (half_close, "closed"),
    "reset-midway": (reset, "closed"),
    "short-body": (says(OK + b"Content-Length: 100\r\n\r\nhalf"), "closed"),
    "short-chunk": (says(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "closed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_reply_is_a_fault_in_time(name: str) -> None:
    """Each hostile reply ends within its deadline, as its own kind of fault, in bounded memory."""
    behave, kind = HOSTILE[name]
    with raw_server(behave) as path:
        client = service(path)
        tracemalloc.start()
        started = time.monotonic()
        with pytest.raises(ServiceFault) as caught:
            client.get("/a").json()
        took = time.monotonic() - started
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert caught.value.kind == kind, caught.value.sentence
    assert took < DEADLINE + 1.0
    assert peak < MEMORY
    assert caught.value.sentence.isprintable()


def test_unread_request_ends_in_time() -> None:
    """A service that never reads a large body costs the exchange's deadline, no more."""
    with raw_server(lambda _: time.sleep(10)) as path:
        started = time.monotonic()
        with pytest.raises(ServiceFault) as caught:
            service(path).post("/a", body=b"x" * 10_000_000)
    assert caught.value.kind == "timeout"
    assert time.monotonic() - started < DEADLINE + 0.5


@pytest.mark.parametrize("hold", [False, True])
def test_early_refusal_of_a_large_body_is_read(hold: bool) -> None:  # noqa: FBT001 - a parameter
    """A service may refuse a large body without reading it; its 413 is the reply."""

    def behave(client: socket.socket) -> None:
        client.recv(1000)
        client.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        time.sleep(5 if hold else 0.05)

    with raw_server(behave) as path:
        assert service(path).post("/a", body=b"x" * 10_000_000, deadline_s=4).status == 413


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.0.0.1:9000/", "//[", "http://\x7f:99999999/"])
def test_redirects_are_replies(target: str) -> None:
    """A redirect is never followed, wherever it points; an unreadable one is a fault at most."""
    head = b"HTTP/1.1 302 Found\r\nLocation: " + target.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    seen = []

    def behave(client: socket.socket) -> None:
        seen.append(request_of(client))
        client.sendall(head)

    with raw_server(behave) as path:
        try:
            found: object = service(path).get("/a").status
        except ServiceFault as fault:
            found = fault.kind
    assert found in (302, "bad_http")
    assert len(seen) == 1


def test_bytes_after_the_reply_are_not_part_of_it() -> None:
    """What follows a complete reply on the connection is neither read nor believed."""
    extra = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    with raw_server(says(OK + b"Content-Length: 2\r\n\r\n{}" + extra)) as path:
        reply = service(path).get("/a")
    assert (reply.status, reply.body) == (200, b"{}")


def test_nothing_is_carried_from_one_exchange_to_the_next() -> None:
    """Every exchange has its own connection, no cookie of an earlier one, and asks for no encoding."""
    heads = []

    def behave(client: socket.socket) -> None:
        heads.append(request_of(client).lower())
        client.sendall(OK + b"Set-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}")

    with raw_server(behave) as path:
        client = service(path)
        client.get("/a")
        client.get("/b")
    assert len(heads) == 2
    assert b"cookie" not in heads[1]
    assert b"accept-encoding: identity" in heads[1]


def test_nobody_listening_is_refused() -> None:
    """A socket that nobody accepts on is a refusal, at once."""
    with pytest.raises(ServiceFault) as caught:
        service("/tmp/no-such-socket").get("/a")  # noqa: S108 - it must not exist
    assert caught.value.kind == "refused"


def test_full_backlog_waits_for_the_deadline() -> None:
    """A listener that never accepts is waited for until the deadline, without spinning for ever."""
    with raw_server(lambda _: None) as live, socket.socket(socket.AF_UNIX) as listener:
        path = live + "2"
        listener.bind(path)
        listener.listen(0)
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(path)
            with pytest.raises(ServiceFault) as caught:
                service(path).get("/a")
    assert caught.value.kind == "timeout"


def test_large_replies_do_not_add_up() -> None:
    """One check cannot be made to hold more than four of the largest replies; dropped ones make room."""
    with raw_server(body(b" " * 1_000_000)) as path:
        client = service(path, max_bytes=1_000_000)
        held = client.many([("GET", "/a")] * 12, workers=1)
        kinds = [one.status if isinstance(one, Reply) else one.kind for one in held]
        assert kinds.count(200) == 4
        assert kinds.count("too_large") == 8
        del held
        assert client.get("/a").status == 200


def test_honest_chunked_reply_is_whole() -> None:
    """An honest reply in any sound framing is read as it is: chunks, interim replies, no length."""
    value = {"a": ["ü", "😀", 1.5, None]}
    data = json.dumps(value).encode()
    chunked = b"".join(b"%x\r\n" % len(p) + p + b"\r\n" for p in (data[:5], data[5:])) + b"0\r\n\r\n"
    early = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    for said in (early + OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked, b"HTTP/1.0 200 OK\r\n\r\n" + data):
        with raw_server(says(said)) as path:
            assert service(path).get("/a").json() == value


def test_memory_of_a_process_stays_bounded() -> None:
    """Eight of the largest hostile replies side by side stay within 150 MB of a whole process."""
    script = (
        "import sys, time\n"
        "from harness.probe.service import Budget, Service\n"
        "from harness.probe.exchanges import ExchangeLog\n"
        "from harness.probe.wire import Wire\n"
        "s = Service(Wire(sys.argv[1]), Budget(seconds=20), ExchangeLog(), exchange_s=5, max_bytes=4_194_304)\n"
        "for _ in range(2):\n"
        "    assert not [r for r in s.many([('GET', '/a')] * 16) if r.kind != 'too_large']\n"
        "print(int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024)\n"
    )
    with raw_server(HOSTILE["giant-unpromised"][0]) as path:
        done = subprocess.run(
            [sys.executable, "-c", script, path], cwd=ROOT, capture_output=True, text=True, check=True
        )
    assert int(done.stdout) < 150
