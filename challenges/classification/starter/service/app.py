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


@app.get("/model")
async def model() -> JSONResponse:
    return error(501, "not_implemented", "The model's account is not implemented yet.")


@app.post("/classify")
async def classify() -> JSONResponse:
    return error(501, "not_implemented", "Classifying is not implemented yet.")


@app.post("/classify/batch")
async def classify_batch() -> JSONResponse:
    return error(501, "not_implemented", "Classifying a batch is not implemented yet.")
