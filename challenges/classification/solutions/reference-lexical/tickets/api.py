"""The HTTP service: routes, limits and the shape of errors."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from tickets.errors import ApiError, error_body
from tickets.model import Answer, Card
from tickets.schema import MAX_BYTES, Ticket, parse_batch, parse_ticket

_LOG = logging.getLogger(__name__)
_PATIENCE = 4
_CODES = {404: ("not_found", "There is nothing at this path."), 405: ("method_not_allowed", "Use another method.")}


class Classifier(Protocol):
    """What the service needs of a model."""

    card: Card

    def classify(self, subject: str, body: str) -> Answer:
        """The answer to one ticket, a function of its two texts only."""


def create_app(model: Classifier, max_bytes: int = MAX_BYTES) -> FastAPI:
    """The service around one model."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(Exception, _on_bug)

    @app.get("/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.get("/model")
    async def describe() -> JSONResponse:
        return JSONResponse(model.card.public())

    @app.post("/classify")
    async def classify(request: Request) -> JSONResponse:
        raw = await _read(request, max_bytes)
        return JSONResponse(await run_in_threadpool(_one, model, raw))

    @app.post("/classify/batch")
    async def classify_batch(request: Request) -> JSONResponse:
        raw = await _read(request, max_bytes)
        return JSONResponse(await run_in_threadpool(_many, model, raw))

    return app


def _one(model: Classifier, raw: bytes) -> dict[str, object]:
    return _answers(model, [parse_ticket(raw)])[0]


def _many(model: Classifier, raw: bytes) -> dict[str, object]:
    return {"results": _answers(model, parse_batch(raw))}


def _answers(model: Classifier, tickets: Sequence[Ticket]) -> list[dict[str, object]]:
    """Each ticket is answered by itself, so a batch cannot change an answer."""
    return [model.classify(ticket.subject, ticket.body).public() for ticket in tickets]


async def _read(request: Request, max_bytes: int) -> bytes:
    """The body. What exceeds any valid request is dropped, up to a point, so that its sender reads the refusal."""
    raw = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= max_bytes:
            raw += chunk
        if size > _PATIENCE * max_bytes:
            break
    if size > max_bytes:
        raise ApiError(413, "too_large", f"A body has at most {max_bytes} bytes.")
    return bytes(raw)


async def _on_api_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ApiError):
        raise error
    return JSONResponse(error_body(error.code, error.message), status_code=error.status)


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code, message = _CODES.get(error.status_code, ("http_error", "The request was refused."))
    return JSONResponse(error_body(code, message), status_code=error.status_code, headers=error.headers)


async def _on_disconnect(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse(error_body("client_left", "The request was cut off."), status_code=400)


async def _on_bug(_: Request, error: Exception) -> JSONResponse:
    """The last resort: the caller gets the usual shape, the log gets the cause."""
    _LOG.error("A request failed.", exc_info=error)
    return JSONResponse(error_body("internal", "The service failed to answer."), status_code=500)
