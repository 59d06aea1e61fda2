"""The endpoints of the brief. All but /health still answer 501."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()


def error(status: int, code: str, message: str) -> JSONResponse:
    """The error body that the brief asks for."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.put("/documents/{document_id}")
async def put_document(document_id: str) -> JSONResponse:
    return error(501, "not_implemented", f"Storing {document_id} is not implemented yet.")


@app.get("/documents/{document_id}")
async def get_document(document_id: str) -> JSONResponse:
    return error(501, "not_implemented", f"Reading {document_id} is not implemented yet.")


@app.delete("/documents/{document_id}")
async def delete_document(document_id: str) -> JSONResponse:
    return error(501, "not_implemented", f"Deleting {document_id} is not implemented yet.")


@app.post("/documents/batch")
async def put_batch() -> JSONResponse:
    return error(501, "not_implemented", "Storing a batch is not implemented yet.")


@app.post("/search")
async def search() -> JSONResponse:
    return error(501, "not_implemented", "Search is not implemented yet.")
