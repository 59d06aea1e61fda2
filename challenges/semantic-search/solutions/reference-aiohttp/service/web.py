"""The HTTP interface: routes, bodies, and errors as answers."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from service import validation
from service.catalogue import Catalogue
from service.config import Settings
from service.errors import BodyTooLarge, BodyTooSlow, DocumentNotFound, MalformedBody, ServiceError
from service.gateway import Gateway
from service.protocol import error_response
from service.store import Store

logger = logging.getLogger(__name__)

CATALOGUE = web.AppKey("catalogue", Catalogue)
BATCHES = web.AppKey("batches", asyncio.Semaphore)  # so many batches are read at a time, to bound memory
MAX_BODY = 2_000_000  # a text of 50,000 characters that are all escaped has 600,000 bytes
MAX_BATCH_BODY = 64 * 750_000
BODY_SECONDS = 15.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def errors_as_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one place where the service's errors become HTTP."""
    try:
        return await handler(request)
    except ServiceError as error:
        if error.status >= 500:
            logger.warning("%s %s: %s", request.method, request.path, error.message)
        return error_response(error.status, error.code, error.message)


async def health(_: web.Request) -> web.Response:
    """GET /health"""
    return web.json_response({"status": "ok"})


async def put_document(request: web.Request) -> web.Response:
    """PUT /documents/{id}"""
    document_id = request.match_info["id"]
    document = validation.document_from(validation.parse_object(await _body(request, MAX_BODY)), document_id)
    await request.app[CATALOGUE].put([document])
    return web.json_response({"id": document.id})


async def get_document(request: web.Request) -> web.Response:
    """GET /documents/{id}"""
    return web.json_response(request.app[CATALOGUE].get(request.match_info["id"]).as_json())


async def delete_document(request: web.Request) -> web.Response:
    """DELETE /documents/{id}; deleting twice is no error."""
    document_id = request.match_info["id"]
    if not validation.is_id(document_id):
        message = "No document can have this id."
        raise DocumentNotFound(message)
    await request.app[CATALOGUE].delete(document_id)
    return web.Response(status=204)


async def put_batch(request: web.Request) -> web.Response:
    """POST /documents/batch"""
    async with request.app[BATCHES]:
        documents = validation.batch_from(validation.parse_object(await _body(request, MAX_BATCH_BODY)))
    await request.app[CATALOGUE].put(documents)
    return web.json_response({"stored": len(documents)})


async def search(request: web.Request) -> web.Response:
    """POST /search"""
    wanted = validation.search_from(validation.parse_object(await _body(request, MAX_BODY)))
    results = await request.app[CATALOGUE].search(wanted)
    return web.json_response({"results": [result.as_json() for result in results]})


async def _body(request: web.Request, limit: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.content.iter_any():
                body += part
                if len(body) > limit:
                    message = f"The body may have {limit} bytes."
                    raise BodyTooLarge(message)
    except TimeoutError as error:
        message = f"The body did not arrive within {BODY_SECONDS:.0f} s."
        raise BodyTooSlow(message) from error
    except (aiohttp.ClientPayloadError, web.RequestPayloadError, HttpProcessingError) as error:
        message = "The body could not be read to its end."
        raise MalformedBody(message) from error
    return bytes(body)


def create_app(settings: Settings, connector: aiohttp.BaseConnector | None = None) -> web.Application:
    """The application; the connector to the gateway can be replaced in tests."""

    async def catalogue(app: web.Application) -> AsyncIterator[None]:
        store = Store(settings.data_dir)
        # A fresh connection for each call: one that the gateway closed meanwhile would look like a failed call.
        own = connector or aiohttp.TCPConnector(force_close=True, limit=64)
        async with aiohttp.ClientSession(connector=own) as session:
            gateway = Gateway(session, settings.embeddings_url, settings.embeddings_api_key, settings.embeddings_model)
            app[CATALOGUE] = Catalogue(store, gateway, settings.embeddings_model)
            await app[CATALOGUE].load()
            task = asyncio.create_task(app[CATALOGUE].run())
            yield
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        store.close()

    app = web.Application(middlewares=[errors_as_answers])
    app[BATCHES] = asyncio.Semaphore(3)
    app.cleanup_ctx.append(catalogue)
    app.router.add_get("/health", health)
    app.router.add_post("/documents/batch", put_batch)
    app.router.add_put("/documents/{id}", put_document)
    app.router.add_get("/documents/{id}", get_document)
    app.router.add_delete("/documents/{id}", delete_document)
    app.router.add_post("/search", search)
    return app
