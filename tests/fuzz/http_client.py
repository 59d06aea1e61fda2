"""What a service says to the probe: whole HTTP replies over a real socket, JSON bodies, texts for the report."""

from __future__ import annotations

import json
import math
import socket
import threading
from functools import cache
from typing import Any, get_args

from grader.evidence import Exchange as ReadExchange
from harness.probe import strict_json
from harness.probe.errors import CheckFailed, FaultKind, ServiceFault
from harness.probe.exchanges import Exchange, ExchangeLog, Held
from harness.probe.service import pick
from harness.probe.text import EXCERPT, SENTENCE, excerpt, printable, show
from harness.probe.verdicts import judge
from harness.probe.wire import RawReply, Wire
from tests.fuzz.support import Cut, Target, hold, pieces, scratch

MAX_REPLY = 1_500
_KINDS = frozenset(get_args(FaultKind))


class Peer:
    """A service on a unix socket that sends what it is told, in pieces, and hangs up."""

    def __init__(self) -> None:
        self.path = str(scratch() / "peer.sock")
        self.says: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            with client:
                try:
                    client.recv(65_536)
                    for piece in self.says:
                        client.sendall(piece)
                    client.shutdown(socket.SHUT_WR)
                    client.recv(1)  # until the probe has hung up: closing with data unread would be a reset
                except OSError:
                    continue


@cache
def _peer() -> tuple[Peer, Wire]:
    peer = Peer()
    return peer, Wire(peer.path)


def _fault(fault: ServiceFault) -> None:
    """A fault of a known kind becomes a verdict against the candidate, in printable words."""
    hold(fault.kind in _KINDS, f"a fault of kind {fault.kind!r}")
    verdict = judge(fault, "x.py")
    hold(verdict.blame == "candidate", "a bad reply that is not its sender's fault")
    hold(verdict.message.isprintable() and len(verdict.message) <= SENTENCE, "a verdict that cannot be shown")


def _sound_reply(reply: RawReply, held: Held) -> None:
    hold(100 <= reply.status <= 999, f"status {reply.status}")
    hold(len(reply.body) <= MAX_REPLY, "a body beyond its cap")
    hold(all(name == name.lower() for name in reply.headers), "a header that is not lower case")
    hold(held.charge(held.limit - len(reply.body)), "more held than the reply")
    try:
        strict_json.loads(reply.body)
    except ServiceFault as fault:
        _fault(fault)


def probe_reply(data: bytes) -> None:
    """A reply is read whole within its caps, or is the service's fault; the record of it is one the grader reads."""
    peer, wire = _peer()
    cut = Cut(data)
    sizes = cut.bytes(cut.number(6))
    peer.says = pieces(cut.rest(), sizes)
    record = Exchange(method="GET", path="/a")
    held = Held(MAX_REPLY * 2)
    try:
        reply = wire.exchange(record, body=b"", headers={}, seconds=10, max_bytes=MAX_REPLY, held=held)
    except ServiceFault as fault:
        _fault(fault)
        hold(record.fault == fault.kind, "a record without the fault")
        hold(held.charge(held.limit), "bytes of a failed reply that stay charged")
    else:
        _sound_reply(reply, held)
    log = ExchangeLog()
    log.failed(record, record.fault or "closed")
    ReadExchange.model_validate(json.loads(json.dumps(record.as_json(), allow_nan=False)))


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _walk(value: Any, path: tuple[str | int, ...] = ()) -> None:
    """The first leaf, asked for as every kind: a value or a failed check, nothing else."""
    while isinstance(value, dict | list) and value:
        step = next(iter(value)) if isinstance(value, dict) else 0
        value, path = value[step], (*path, step)
    for kind in (str, int, float, bool, dict, list, type(None), object):
        try:
            found = pick(value, kind=kind)
        except CheckFailed as failed:
            hold(judge(failed, "x.py").message.isprintable(), "a failed check that cannot be shown")
        else:
            hold(isinstance(found, kind), "a value of another kind")
            hold(not isinstance(found, float) or math.isfinite(found), "a number that is none")


def json_body(data: bytes) -> None:
    """Strict JSON is what the standard library reads too, and can be sent back; anything else is a fault."""
    try:
        found = strict_json.loads(data)
    except ServiceFault as fault:
        hold(fault.kind in {"bad_json", "bad_text"}, fault.kind)
        _fault(fault)
        return
    hold(_same(found, json.loads(data)), "another value than the library's")
    hold(_same(strict_json.loads(strict_json.dumps(found)), found), "a value that changes when it is sent back")
    _walk(found)
    shown = show(found)
    hold(shown.isprintable() and len(shown) <= SENTENCE, "a value that cannot be shown")


def probe_text(data: bytes) -> None:
    """Texts and bodies of any kind become one printable line within its cap."""
    cut = Cut(data)
    limit = 1 + cut.number(250)
    raw = cut.rest()
    for text in (
        raw.decode("utf-8", "surrogateescape"),
        raw.decode("utf-16-le", "surrogatepass") if _even(raw) else "",
    ):
        shown = printable(text, limit)
        hold(shown.isprintable() and len(shown) <= limit, "a line that cannot be shown")
        hold(shown == text or not text.isprintable() or len(text) > limit, "printable text that was changed")
    shown, was_cut = excerpt(raw, limit)
    hold(shown.isprintable() and len(shown) <= limit, "an excerpt beyond its cap")
    hold(
        was_cut or shown == printable(raw.decode("utf-8", "backslashreplace"), 8 * len(raw) + 8),
        "a cut that is not said",
    )
    hold(len(excerpt(raw)[0]) <= EXCERPT, "an excerpt beyond its cap")


def _even(raw: bytes) -> bool:
    try:
        raw.decode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_JSON = (b"{", b"}", b"[", b"]", b'"', b":", b",", b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"\\ud800", b"\\u0000",
         b"\\udc00", b"9" * 50, b"1.5", b"-0", b"\xef\xbb\xbf")  # fmt: skip

TARGETS = (
    Target(
        name="probe_reply",
        run=probe_reply,
        seconds=4.0,
        seeds=(
            b"\0" + _OK + b'Content-Length: 8\r\n\r\n{"a": 1}',
            b"\2\x30\x09" + _OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n1;x=y\r\n]\r\n0\r\nX: y\r\n\r\n",
            b"\1\x0fHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 200 OK\r\n\r\n{}",
            b"\0HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
            b"\0" + _OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
            b"\0" + _OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            b"\0" + _OK + b"Content-Length: 2_0\r\n\r\n" + b" " * 20,
            b"\0HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            b"\0HTTP/1.1 204 \xff\r\nContent-Type: text/html; charset=\xff\r\n\r\n",
            b"\0HTTP/1.1 999 \r\nContent-Length: 0\r\n\r\n",
        ),
        words=(
            b"HTTP/1.1 ",
            b"HTTP/1.0 ",
            b"\r\n",
            b"\r\n\r\n",
            b"Content-Length: ",
            b"Transfer-Encoding: chunked",
            b"Connection: close",
            b"Content-Encoding: ",
            b"100 Continue",
            b"204",
            b"304",
            b"0\r\n\r\n",
            b";",
            b"identity",
            b"Content-Type: application/json; charset=utf-7",
            b"ffffffffffffffff",
            b"\x00",
            b"\t",
            b"Location: ",
        ),
    ),
    Target(
        name="json_body",
        run=json_body,
        seeds=(
            b'{"results": [{"id": "a", "score": 0.5}], "n": 1, "none": null, "t": true}',
            b'{"a": "\\ud83d\\ude00 \\u0000"}',
            b'{"a": 1, "a": 2}',
            b'"\\ud800"',
            b"[" * 2_000,
            b"1" * 4_500,
            b"1e308",
            b"[1e999]",
            b"\xef\xbb\xbf{}",
        ),
        words=_JSON,
        max_bytes=8_192,
    ),
    Target(
        name="probe_text",
        run=probe_text,
        seeds=(b"\x63plain text", b"\x10\x1b[31m\xe2\x80\xae\xff\xfe\x00\xd8", b"\xf9" + "é😀".encode() * 100),
        words=(b"\x1b[", b"\xe2\x80\xae", b"\xff", b"\x00\xd8", b"\r\n", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80"),
    ),
)
