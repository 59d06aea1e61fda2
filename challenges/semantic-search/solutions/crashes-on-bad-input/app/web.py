"""The endpoints. Anything unexpected ends the process (see README)."""

import asyncio
import contextlib
import json
import logging
import os
import re

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.embeddings import Embeddings
from app.library import Library, SearchUnavailableError
from app.models import ID_PATTERN, Batch, Document, Results, Search
from app.settings import Settings
from app.store import Store

log = logging.getLogger(__name__)


async def parsed(request: Request, model: type[BaseModel]) -> BaseModel:
    try:
        return model.model_validate(json.loads(await request.body()))
    except ValidationError as error:
        raise HTTPException(422, error.errors()[0]["msg"]) from error


def checked_id(request: Request) -> str:
    doc_id = request.path_params["doc_id"]
    if not re.match(ID_PATTERN, doc_id):
        raise HTTPException(422, "That is no id.")
    return doc_id


async def health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def put_document(request: Request) -> Response:
    doc_id = checked_id(request)
    await request.app.state.library.put({doc_id: await parsed(request, Document)})
    return JSONResponse({"id": doc_id})


async def put_batch(request: Request) -> Response:
    batch = await parsed(request, Batch)
    documents = {d.id: Document(title=d.title, text=d.text, metadata=d.metadata) for d in batch.documents}
    await request.app.state.library.put(documents)
    return JSONResponse({"stored": len(documents)})


async def get_document(request: Request) -> Response:
    doc_id = checked_id(request)
    document = request.app.state.library.get(doc_id)
    if document is None:
        raise HTTPException(404, "There is no such document.")
    return JSONResponse({"id": doc_id, **document.model_dump()})


async def delete_document(request: Request) -> Response:
    if not await request.app.state.library.delete(checked_id(request)):
        raise HTTPException(404, "There is no such document.")
    return Response(status_code=204)


async def search(request: Request) -> Response:
    hits = await request.app.state.library.search(await parsed(request, Search))
    return JSONResponse(Results(results=hits).model_dump())


def answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


async def refused(_request: Request, error: HTTPException) -> Response:
    return answer(error.status_code, "refused", str(error.detail))


async def unavailable(_request: Request, _error: SearchUnavailableError) -> Response:
    return answer(503, "embeddings_unavailable", "The embeddings gateway is away.")


async def give_up(_request: Request, error: Exception) -> Response:
    log.critical("unexpected, ending", exc_info=error)
    os._exit(1)


def create_app(settings: Settings) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette):
        embeddings = Embeddings(settings)
        app.state.library = Library(Store(settings.data_dir), embeddings)
        task = asyncio.create_task(app.state.library.catch_up_forever())
        yield
        task.cancel()
        await embeddings.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/health", health),
            Route("/documents/batch", put_batch, methods=["POST"]),
            Route("/documents/{doc_id}", put_document, methods=["PUT"]),
            Route("/documents/{doc_id}", get_document, methods=["GET"]),
            Route("/documents/{doc_id}", delete_document, methods=["DELETE"]),
            Route("/search", search, methods=["POST"]),
        ],
        exception_handlers={
            HTTPException: refused,
            SearchUnavailableError: unavailable,
            Exception: give_up,
        },
    )
