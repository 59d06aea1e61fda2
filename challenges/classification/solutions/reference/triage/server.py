"""The HTTP side."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from aiohttp import web

from triage.desk import Desk
from triage.gateway import GatewayDownError
from triage.requests import BYTES_LIMIT, BadRequestError, many_tickets, one_ticket

_logger = logging.getLogger(__name__)
DESK = web.AppKey("desk", Desk)
_NAMES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build() -> web.Application:
    """The application; its desk is set by whoever runs it."""
    app = web.Application(client_max_size=BYTES_LIMIT, middlewares=[refusals])
    app.router.add_get("/health", health)
    app.router.add_get("/model", passport)
    app.router.add_post("/classify", classify)
    app.router.add_post("/classify/batch", classify_batch)
    return app


async def health(_: web.Request) -> web.Response:
    """Ready as soon as it answers."""
    return web.json_response({"status": "ok"})


async def passport(request: web.Request) -> web.Response:
    """What the model is."""
    about = asdict(request.app[DESK].model.passport)
    claim = about.pop("macro_f1")
    return web.json_response(about | {"claims": {"macro_f1": claim}})


async def classify(request: web.Request) -> web.Response:
    """One ticket."""
    verdicts = await request.app[DESK].judge(one_ticket(await request.read()))
    return web.json_response(verdicts[0]._asdict())


async def classify_batch(request: web.Request) -> web.Response:
    """Up to sixty-four."""
    verdicts = await request.app[DESK].judge(many_tickets(await request.read()))
    return web.json_response({"results": [verdict._asdict() for verdict in verdicts]})


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure in the one agreed shape."""
    try:
        return await handler(request)
    except BadRequestError as error:
        return _refusal(error.status, error.code, str(error))
    except GatewayDownError as error:
        _logger.warning("Answered 503: %s", error)
        return _refusal(503, "embeddings_unavailable", "The embeddings gateway does not answer. Try again later.")
    except web.HTTPException as error:
        return _refusal(error.status, _NAMES.get(error.status, "refused"), error.reason)
    except (web.RequestPayloadError, ConnectionError) as error:
        _logger.warning("A request could not be read: %s", error)
        return _refusal(400, "unreadable", "The request could not be read.")
    except Exception:
        _logger.exception("A bug: the cause is ours, the caller gets the usual shape.")
        return _refusal(500, "internal", "The service failed to answer.")


def _refusal(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
