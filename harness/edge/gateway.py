"""The model gateway on loopback TCP: the only model access a candidate's service has."""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from harness.edge.bodies import BodyTooLargeError, read_body
from harness.edge.embedder import Embedder
from harness.edge.faults import Faults, Rule, describe, retry_after
from harness.edge.ledger import Call, Ledger
from harness.edge.settings import ANSWER_SECONDS, BODY_SECONDS, MAX_BODY_BYTES, MAX_REQUESTS_AT_ONCE
from harness.edge.vendor import ApiError, embeddings_response, models_response, parse_embeddings

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

METHODS = {"/v1/embeddings": "POST", "/v1/models": "GET", "/health": "GET"}
CLIENT_LEFT = 499  # nginx's number; it only ever appears in the ledger
GARBAGE = "<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>"

T = TypeVar("T")


class Gateway:
    """ASGI application; every call ends up in the ledger.

    Args:
        key: the bearer token of this run.
        embedder: makes the vectors.
        faults: what the probe ordered instead of them.
        ledger: where calls are written down.
    """

    def __init__(self, *, key: str, embedder: Embedder, faults: Faults, ledger: Ledger) -> None:
        self._expected = f"Bearer {key}".encode()
        self._embedder = embedder
        self._faults = faults
        self._ledger = ledger
        self._turns = asyncio.Semaphore(MAX_REQUESTS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        call = Call(path=request.url.path)
        response = None
        try:
            async with self._turns:
                response = await self._answer(request, call)
        except ClientDisconnect:
            return
        finally:
            # Before the answer is sent: who has read the answer finds the call in the ledger.
            self._ledger.close(call, CLIENT_LEFT if response is None else response.status_code)
        await response(scope, receive, send)

    async def _answer(self, request: Request, call: Call) -> Response:
        try:
            return await self._route(request, call)
        except ApiError as error:
            return error.response()
        except TimeoutError:
            return ApiError(503, "The gateway is overloaded, try again later.", kind="server_error").response()
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - ours, whatever it is, and never a traceback on the wire
            sys.stderr.write(json.dumps({"event": "gateway_error", "message": repr(error)[:500]}) + "\n")
            return ApiError(500, "The gateway failed.", kind="server_error").response()

    async def _route(self, request: Request, call: Call) -> Response:
        path = request.url.path
        if path == "/health" and request.method == "GET":
            return JSONResponse({"status": "ok"})
        self._authorise(request, call)
        if path not in METHODS:
            raise ApiError(404, "Unknown path; the base URL ends in /v1.", code="unknown_url")
        if request.method != METHODS[path]:
            raise ApiError(405, f"{path} takes {METHODS[path]}.", headers={"allow": METHODS[path]})
        return models_response() if path == "/v1/models" else await self._embeddings(request, call)

    def _authorise(self, request: Request, call: Call) -> None:
        given = request.headers.get("authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, self._expected):
            message = "Incorrect API key provided: send 'Authorization: Bearer <key>' with the gateway's key."
            raise ApiError(401, message, code="invalid_api_key")
        call.authorised = True

    async def _embeddings(self, request: Request, call: Call) -> Response:
        asked = parse_embeddings(await _body(request, call))
        call.note_texts(asked.texts)
        # Only a call that would succeed uses up a fault: "two 429s, then fine" stays two.
        rule = self._faults.take()
        if rule is not None:
            call.fault = describe(rule)
            faulty = await _while_connected(request, _fault(rule))
            if faulty is not None:
                return faulty
        async with asyncio.timeout(ANSWER_SECONDS):
            embeddings = await _while_connected(request, self._embedder.embed(asked.texts))
        return embeddings_response(embeddings, as_base64=asked.base64)


async def _body(request: Request, call: Call) -> bytes:
    try:
        body = await read_body(request, most=MAX_BODY_BYTES, seconds=BODY_SECONDS)
    except BodyTooLargeError as error:
        call.bytes_in = error.size
        raise ApiError(413, f"The body is larger than {MAX_BODY_BYTES} bytes.") from error
    except TimeoutError as error:
        raise ApiError(408, f"The body did not arrive within {BODY_SECONDS:g} s.") from error
    call.bytes_in = len(body)
    return body


async def _fault(rule: Rule) -> Response | None:
    """What the rule puts in the place of an answer; None when the answer is only late."""
    await asyncio.sleep(rule.seconds)
    match rule.kind:
        case "slow":
            return None
        case "garbage":
            return Response(GARBAGE, media_type="text/html")
        case "hang":
            return ApiError(504, "The model did not answer.", kind="server_error").response()
    limited = rule.status == 429  # noqa: PLR2004
    raise ApiError(
        rule.status,
        "Rate limit reached, try again later." if limited else "The server had an error, try again later.",
        kind="requests" if limited else "server_error",
        code="rate_limit_exceeded" if limited else None,
        headers=retry_after(rule),
    )


async def _while_connected(request: Request, work: Coroutine[object, object, T]) -> T:
    """The work's result; the work is dropped and ``ClientDisconnect`` raised when the client leaves.

    Without it a client that asks and leaves, over and over, would pile up texts to encode.
    """
    loop = asyncio.get_running_loop()
    working = loop.create_task(work)
    leaving = loop.create_task(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        working.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
