"""The control socket: the probe arms faults and reads the ledger here; nobody else reaches it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse

from harness.edge.bodies import BodyTooLargeError, parse_json, read_body
from harness.edge.embedder import Embedder
from harness.edge.faults import FaultError, Faults, parse_rules
from harness.edge.ledger import Ledger
from harness.edge.relay import can_connect
from harness.edge.settings import BODY_SECONDS

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

MAX_CONTROL_BYTES = 65_536
MAX_NUMBER_CHARS = 18

Handler = Callable[[Request], Awaitable[JSONResponse]]


class Control:
    """ASGI application of the control socket.

    Args:
        embedder: asked whether the model is loaded.
        faults: replaced and cleared here.
        ledger: read here.
        service_port: where the candidate's service listens.
    """

    def __init__(self, *, embedder: Embedder, faults: Faults, ledger: Ledger, service_port: int) -> None:
        self._embedder = embedder
        self._faults = faults
        self._ledger = ledger
        self._service_port = service_port
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", "/ready"): self._ready,
            ("GET", "/service"): self._service,
            ("POST", "/embeddings/faults"): self._arm,
            ("DELETE", "/embeddings/faults"): self._disarm,
            ("GET", "/ledger"): self._read_ledger,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        handler = self._handlers.get((request.method, request.url.path))
        try:
            response = await handler(request) if handler else _refusal(404, "There is no such control.")
        except (ValueError, BodyTooLargeError, TimeoutError) as error:
            response = _refusal(400, str(error) if isinstance(error, FaultError) else "The request is malformed.")
        await response(scope, receive, send)

    async def _ready(self, _request: Request) -> JSONResponse:
        return JSONResponse({"encoder": self._embedder.ready, "relay": True})

    async def _service(self, _request: Request) -> JSONResponse:
        return JSONResponse({"listening": await can_connect(self._service_port)})

    async def _arm(self, request: Request) -> JSONResponse:
        body = await read_body(request, most=MAX_CONTROL_BYTES, seconds=BODY_SECONDS)
        rules = parse_rules(parse_json(body))
        self._faults.replace(rules)
        return JSONResponse({"rules": len(rules)})

    async def _disarm(self, _request: Request) -> JSONResponse:
        return JSONResponse({"cleared": self._faults.clear()})

    async def _read_ledger(self, request: Request) -> JSONResponse:
        since = request.query_params.get("since", "0")
        if set(request.query_params) - {"since"} or not since.isdecimal() or len(since) > MAX_NUMBER_CHARS:
            raise FaultError("'since' must be a whole number, and there is no other parameter.")
        return JSONResponse(self._ledger.since(int(since)))


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status)
