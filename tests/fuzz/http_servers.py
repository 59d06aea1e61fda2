"""What strangers ask of our servers: the model gateway inside a pod, the index gateway of an install."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import re
import socket
from functools import cache
from typing import Any

import httpx
import uvicorn
from uvicorn.server import ServerState

from harness.edge.control import Control
from harness.edge.encoder import Embedding
from harness.edge.faults import Faults
from harness.edge.gateway import Gateway
from harness.edge.http_server import BoundedProtocol, BoundedServer
from harness.edge.ledger import Ledger
from harness.edge.settings import DIMENSIONS, MAX_INPUTS
from harness.edge.vendor import ApiError, parse_embeddings
from harness.index.gateway import Gateway as Index
from harness.index.gateway import UpstreamError, _rewritten
from harness.index.upstream import Upstream as Way
from tests.fuzz.support import Cut, Target, hold, pieces

KEY = "key"
_TURNS = 40
"""Turns of the event loop that an answer may need; no input waits for a clock."""


class Flat:
    """Stands in for the encoder, which parses nothing: every text has the same vector."""

    ready = True

    async def embed(self, texts: Any) -> list[Embedding]:
        """One vector per text."""
        return [Embedding(vector=bytes(4 * DIMENSIONS), tokens=1) for _ in texts]


class Server:
    """uvicorn's real connection handler over a socket pair, one connection per input, without a clock.

    Args:
        app: the ASGI application.
        config: of uvicorn.
        protocol: the connection class.
    """

    def __init__(self, config: uvicorn.Config, protocol: type[asyncio.Protocol]) -> None:
        if not config.loaded:
            config.load()
        self.config, self.protocol = config, protocol
        self.loop = asyncio.new_event_loop()
        self.errors: list[str] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(repr(context)))

    def answer(self, chunks: list[bytes]) -> bytes:
        """What comes back for these bytes; the client then hangs up, and nothing of the connection stays."""
        return self.loop.run_until_complete(self._answer(chunks))

    async def _answer(self, chunks: list[bytes]) -> bytes:
        ours, theirs = socket.socketpair()
        theirs.settimeout(0)
        state = ServerState()
        made = self.protocol(config=self.config, server_state=state, app_state={})  # type: ignore[call-arg]
        transport, _ = await self.loop.connect_accepted_socket(lambda: made, ours)
        came = bytearray()
        with theirs:
            for chunk in [*chunks, b""]:
                with contextlib.suppress(OSError):
                    theirs.send(chunk)
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                    with contextlib.suppress(OSError):
                        came += theirs.recv(1 << 20)
        for _ in range(10 * _TURNS):
            await asyncio.sleep(0)
            if not state.tasks and not state.connections:
                break
        transport.abort()
        hold(not state.tasks, "a request that goes on after its client left")
        return bytes(came)


_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def _statuses(came: bytes) -> list[int]:
    """The statuses of all answers; anything that is no HTTP answer breaks the promise."""
    hold(not came or _STATUS.match(came), f"no HTTP: {came[:60]!r}")
    return [int(status) for status in _STATUS.findall(came)]


@cache
def _gateway() -> tuple[Server, Server, Ledger]:
    ledger, faults = Ledger(), Faults()
    gateway = Gateway(key=KEY, embedder=Flat(), faults=faults, ledger=ledger)  # type: ignore[arg-type]
    control = Control(embedder=Flat(), faults=faults, ledger=ledger, service_port=1)  # type: ignore[arg-type]
    servers = [Server(BoundedServer(app).config, BoundedProtocol) for app in (gateway, control)]
    return servers[0], servers[1], ledger


_LEDGER = b"GET /ledger?since=%d HTTP/1.1\r\nhost: x\r\n\r\n"


def gateway_http(data: bytes) -> None:
    """Raw bytes at the gateway's port: answers that are none of our own failures, a ledger that can be read."""
    server, control, ledger = _gateway()
    cut = Cut(data)
    sizes = cut.bytes(cut.number(6))
    since = ledger.since(0)["next"]
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        statuses = _statuses(server.answer(pieces(cut.rest(), sizes)))
    hold("gateway_error" not in errors.getvalue() and 500 not in statuses, f"our own failure: {errors.getvalue()}")
    failed, server.errors = server.errors, []
    hold(not failed, f"the server's connection failed: {failed}")
    read = control.answer([_LEDGER % since])  # type: ignore[str-bytes-safe]
    found = json.loads(read.partition(b"\r\n\r\n")[2])
    noted = [entry["status"] for entry in found["entries"]]
    hold(set(statuses) - {400, 100} <= set(noted), f"answered {statuses}, in the ledger {noted}")
    hold(all(len(entry["path"]) <= 100 for entry in found["entries"]), "a path beyond its cap")


def gateway_body(data: bytes) -> None:
    """Bodies of the embeddings call: between 1 and 64 texts, or an answer in the vendor's error shape."""
    try:
        asked = parse_embeddings(data)
    except ApiError as error:
        hold(400 <= error.status < 500, f"status {error.status}")
        hold(json.loads(error.response().body)["error"]["message"].isprintable(), "a message that cannot be shown")
        return
    hold(0 < len(asked.texts) <= MAX_INPUTS, "a number of texts beyond its cap")
    hold(all(text and text.encode() for text in asked.texts), "an empty text")


# The index gateway, over a stand-in for the index itself.

UPSTREAM = "https://index.example/simple"
_LISTED = "https://index.example/a/b/six-1.0-py3-none-any.whl"
_TOKEN = base64.urlsafe_b64encode(_LISTED.encode())
_PAGE = {
    "meta": {"api-version": "1.1"},
    "name": "six",
    "files": [{"url": "https://index.example/a/b/six-1.0-py3-none-any.whl#sha256=0", "filename": "six-1.0-py3-none-any.whl",
               "hashes": {}}],
}  # fmt: skip
_PROJECT_URL = re.compile(re.escape(UPSTREAM) + r"/[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?/")


class Upstream:
    """The index as the gateway sees it, and every address that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer as an index does."""
        address = str(request.url)
        self.asked.append(address)
        if address == f"{UPSTREAM}/six/":
            return httpx.Response(200, json=_PAGE)
        return httpx.Response(200 if address.startswith(_LISTED) else 404, content=b"bytes")


@cache
def _index() -> tuple[Server, Upstream, Index]:
    upstream = Upstream()
    index = Index(upstream=UPSTREAM, budget=1 << 60, ca_bundle=None)
    client = httpx.AsyncClient(transport=httpx.MockTransport(upstream))
    index._client = Way(client, ("https", "index.example", None))
    config = uvicorn.Config(index.app(), http="h11", ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    return Server(config, config.http_protocol_class), upstream, index


def index_http(data: bytes) -> None:
    """Raw bytes at the index gateway: no failure of ours, and nothing is asked upstream but pages and listed files."""
    server, upstream, index = _index()
    cut = Cut(data)
    sizes = cut.bytes(cut.number(6))
    upstream.asked.clear()
    index._pages.clear()
    statuses = _statuses(server.answer(pieces(cut.rest(), sizes)))
    hold(500 not in statuses, f"our own failure: {statuses}")
    # uvicorn's own slip, harmless where uv is the only client: a body that turns bad after its answer ends the connection.
    odd = [error for error in server.errors if "LocalProtocolError" not in error]
    server.errors.clear()
    hold(not odd, f"the server's connection failed: {odd}")
    for address in upstream.asked:
        known = address in {_LISTED, f"{_LISTED}.metadata"} or _PROJECT_URL.fullmatch(address)
        hold(known, f"a way out: {address!r}")


def index_page(data: bytes) -> None:
    """A page of the index, whose files strangers named: links that lead back here, or an index that does not answer."""
    answer = httpx.Response(200, content=data, request=httpx.Request("GET", f"{UPSTREAM}/six/"))
    try:
        page = _rewritten(answer, "six")
    except UpstreamError:
        return
    json.dumps(page)
    files: Any = page["files"]
    for item in files:
        hold(item["url"].startswith("/files/six/"), f"a link that leads elsewhere: {item['url']!r}")
        token = item["url"].split("/")[3]
        hold(base64.urlsafe_b64decode(token).decode() == item["upstream"], "a link to another file")


_POST = b"POST /v1/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer key\r\ncontent-type: application/json\r\n"
_BODY = b'{"model": "all-MiniLM-L6-v2", "input": ["a", "b"], "encoding_format": "base64"}'
_HTTP = (b"GET ", b"POST ", b"HEAD ", b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"\r\n", b"\r\n\r\n", b"host: x\r\n", b"host: [\r\n",
         b"content-length: ", b"transfer-encoding: chunked\r\n", b"expect: 100-continue\r\n", b"connection: upgrade\r\n",
         b"upgrade: websocket\r\n", b"0\r\n\r\n", b"%00", b"%ff", b"?", b"#", b"//", b"http://x/", b"*")  # fmt: skip

TARGETS = (
    Target(
        name="gateway_http",
        run=gateway_http,
        seconds=4.0,
        seeds=(
            b"\0GET /health HTTP/1.1\r\nhost: x\r\n\r\n",
            b"\0" + _POST + b"content-length: %d\r\n\r\n" % len(_BODY) + _BODY,
            b"\2\x7f\x20" + _POST + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % len(_BODY) + _BODY + b"\r\n0\r\n\r\n",
            b"\0GET /v1/models HTTP/1.1\r\nhost: [\r\nauthorization: Bearer key\r\n\r\n",
            b"\0GET http://x/v1/models HTTP/1.1\r\nhost: y\r\nauthorization: Bearer \xff\r\n\r\nGET /health HTTP/1.0\r\n\r\n",
            b"\0" + _POST + b"expect: 100-continue\r\ncontent-length: 10\r\n\r\n",
        ),
        words=(*_HTTP, b"/v1/embeddings", b"/v1/models", b"/health", b"authorization: Bearer key\r\n"),
    ),
    Target(
        name="gateway_body",
        run=gateway_body,
        max_bytes=8_192,
        seeds=(
            _BODY,
            b'{"model": "sentence-transformers/all-minilm-l6-v2", "input": "x", "dimensions": 384}',
            b'{"model": "gpt-\\u001b", "input": [[1, 2]], "dimensions": 1e400}',
            b"[" * 3_000,
            b'{"model": "all-MiniLM-L6-v2", "input": "\\ud800"}',
            b"\xff\xfe{\0}\0",
        ),
        words=(
            b'"model"',
            b'"input"',
            b'"encoding_format"',
            b'"base64"',
            b'"float"',
            b'"dimensions"',
            b"384",
            b"\\ud800",
            b'"all-MiniLM-L6-v2"',
            b"[",
            b"]",
            b"{",
            b"}",
            b",",
            b":",
            b"null",
            b"1" * 4_400,
            b"NaN",
        ),
    ),
    Target(
        name="index_http",
        run=index_http,
        seconds=4.0,
        seeds=(
            b"\0GET /simple/six/ HTTP/1.1\r\nhost: x\r\n\r\n",
            b"\0GET /files/six/"
            + _TOKEN
            + b"/six-1.0-py3-none-any.whl HTTP/1.1\r\nhost: x\r\nrange: bytes=0-9\r\n\r\n",
            b"\0GET /files/six/" + _TOKEN + b"/six-1.0-py3-none-any.whl.metadata HTTP/1.1\r\nhost: x\r\n\r\n",
            b"\0GET /files/six/"
            + base64.urlsafe_b64encode(b"http://169.254.169.254/")
            + b"/x HTTP/1.1\r\nhost: x\r\n\r\n",
            b"\0GET /files/six/"
            + base64.urlsafe_b64encode(b"https://index.example/not/listed.whl")
            + b"/listed.whl HTTP/1.1\r\nhost: x\r\n\r\n",
            b"\0GET /files/six/%C3%A9/x HTTP/1.1\r\nhost: x\r\n\r\n",
            b"\0GET /simple/..%2f..%2fx/ HTTP/1.1\r\nhost: x\r\n\r\n",
            b"\0POST /simple/six/ HTTP/1.1\r\nhost: [\r\ncontent-length: 3\r\n\r\nabc",
        ),
        words=(
            *_HTTP,
            b"/simple/",
            b"/files/six/",
            _TOKEN,
            b".metadata",
            b"range: bytes=",
            b"six",
            b"%2f",
            b"%2e%2e",
            b"=",
        ),
    ),
    Target(
        name="index_page",
        run=index_page,
        seeds=(
            json.dumps(_PAGE).encode(),
            json.dumps(_PAGE | {"files": "x", "versions": ["1"]}).encode(),
            json.dumps(_PAGE | {"files": [{"url": "http://[", "filename": "x"}]}).encode(),
            json.dumps(_PAGE | {"files": [{"filename": "x"}, 5, None]}).encode(),
            b'{"files": [], "meta": {}, "name": "\\ud800"}',
            b"[" * 3_000,
        ),
        words=(
            b'"files"',
            b'"url"',
            b'"filename"',
            b'"meta"',
            b'"name"',
            b'"versions"',
            b"[",
            b"]",
            b"{",
            b"}",
            b":",
            b",",
            b"http://[",
            b"../",
            b"\\ud800",
            b"null",
            b'"provenance"',
        ),
    ),
)
