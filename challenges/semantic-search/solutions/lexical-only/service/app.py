"""The endpoints."""

from typing import Annotated

from fastapi import FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.library import Library
from service.models import ID_PATTERN, Batch, Document, Results, Search

DocumentId = Annotated[str, Path(pattern=ID_PATTERN)]


def create_app(folder: str) -> FastAPI:
    app = FastAPI()
    library = Library(folder)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/documents/batch")
    async def put_batch(batch: Batch) -> dict[str, int]:
        library.put({d.id: Document(title=d.title, text=d.text, metadata=d.metadata) for d in batch.documents})
        return {"stored": len(batch.documents)}

    @app.put("/documents/{document_id}")
    async def put_document(document_id: DocumentId, document: Document) -> dict[str, str]:
        library.put({document_id: document})
        return {"id": document_id}

    @app.get("/documents/{document_id}")
    async def get_document(document_id: DocumentId) -> Response:
        if document_id not in library.documents:
            raise HTTPException(404, "There is no such document.")
        return JSONResponse({"id": document_id, **library.documents[document_id].model_dump()})

    @app.delete("/documents/{document_id}", status_code=204)
    async def delete_document(document_id: DocumentId) -> None:
        if not library.delete(document_id):
            raise HTTPException(404, "There is no such document.")

    @app.post("/search")
    async def search(search: Search) -> Results:
        return Results(results=library.search(search))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(422, "invalid", error.errors()[0]["msg"])

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return answer(error.status_code, "refused", str(error.detail))

    return app


def answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
