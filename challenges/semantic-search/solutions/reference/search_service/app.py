"""The HTTP surface: routes, and the one place that turns errors into answers."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from search_service.embeddings import Embeddings
from search_service.library import Library, SearchUnavailableError
from search_service.models import ID_PATTERN, Batch, Document, Results, Search
from search_service.settings import Settings
from search_service.store import Store

DocumentId = Annotated[str, Path(pattern=ID_PATTERN)]

CODES = {400: "malformed", 404: "not_found", 405: "method_not_allowed"}

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """The service over the data of ``settings``."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = Store(settings.data_dir)
        embeddings = Embeddings(settings)
        app.state.library = Library(store, embeddings)
        catching_up = asyncio.create_task(app.state.library.catch_up_forever())
        yield
        catching_up.cancel()
        await embeddings.close()
        store.close()

    app = FastAPI(title="Semantic search", lifespan=lifespan)
    _add_error_handlers(app)
    _add_routes(app)
    return app


def _add_routes(app: FastAPI) -> None:
    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/documents/batch")
    async def put_batch(batch: Batch) -> dict[str, int]:
        documents = {d.id: Document(title=d.title, text=d.text, metadata=d.metadata) for d in batch.documents}
        await app.state.library.put(documents)
        return {"stored": len(documents)}

    @app.put("/documents/{document_id}")
    async def put_document(document_id: DocumentId, document: Document) -> dict[str, str]:
        await app.state.library.put({document_id: document})
        return {"id": document_id}

    @app.get("/documents/{document_id}")
    async def get_document(document_id: DocumentId) -> Response:
        document = app.state.library.get(document_id)
        if document is None:
            raise HTTPException(404, "There is no such document.")
        return JSONResponse({"id": document_id, **document.model_dump()})

    @app.delete("/documents/{document_id}", status_code=204)
    async def delete_document(document_id: DocumentId) -> None:
        if not await app.state.library.delete(document_id):
            raise HTTPException(404, "There is no such document.")

    @app.post("/search")
    async def search(search: Search) -> Results:
        return Results(results=await app.state.library.search(search))


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _error(422, "invalid", f"{where}: {first['msg']}")

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return _error(error.status_code, CODES.get(error.status_code, "refused"), str(error.detail))

    @app.exception_handler(SearchUnavailableError)
    async def unavailable(_request: Request, _error_: SearchUnavailableError) -> JSONResponse:
        return _error(503, "embeddings_unavailable", "The embeddings gateway is away; try again later.")

    @app.exception_handler(Exception)
    async def unexpected(_request: Request, error: Exception) -> JSONResponse:
        log.error("unexpected", exc_info=error)
        return _error(500, "internal", "Something went wrong on our side.")


def _error(status: int, code: str, message: str) -> JSONResponse:
    """The error body; a caller's text in the message may hold characters that UTF-8 cannot."""
    safe = message.encode("utf-8", "replace").decode()[:300]
    return JSONResponse({"error": {"code": code, "message": safe}}, status_code=status)
