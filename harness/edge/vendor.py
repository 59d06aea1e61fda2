"""The vendor's wire format for embeddings: what is read from a request, what an answer looks like.

Shapes follow the OpenAI API reference; its Python client was tried in versions 1.109 and 3.54.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from harness.edge.bodies import parse_json
from harness.edge.settings import DIMENSIONS, MAX_INPUTS, MODEL_ID

if TYPE_CHECKING:
    from harness.edge.encoder import Embedding

KNOWN_MODELS = frozenset({MODEL_ID.lower(), f"sentence-transformers/{MODEL_ID}".lower()})
CREATED = 1_630_368_000  # the model's publication, 2021-08-31; constant, as all answers are
MAX_ECHOED_CHARS = 60


class ApiError(Exception):
    """An answer in the vendor's error shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def response(self) -> JSONResponse:
        """The error as it goes over the wire."""
        return JSONResponse(self.body, self.status, self.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingsRequest:
    """A valid request: between 1 and 64 non-empty texts."""

    texts: Sequence[str]
    base64: bool


def parse_embeddings(body: bytes) -> EmbeddingsRequest:
    """Read an embeddings request; raises :class:`ApiError`. Unknown fields are ignored, as ``user`` is."""
    try:
        document = parse_json(body)
    except ValueError as error:
        raise ApiError(400, "We could not parse the JSON body of your request.") from error
    if not isinstance(document, dict):
        raise ApiError(400, "The body must be a JSON object.")
    _check_model(document.get("model"))
    encoding = document.get("encoding_format")
    if encoding not in (None, "float", "base64"):
        raise ApiError(400, "encoding_format must be 'float' or 'base64'.", param="encoding_format")
    dimensions = document.get("dimensions")
    if dimensions is not None and (dimensions != DIMENSIONS or not isinstance(dimensions, int)):
        raise ApiError(400, f"This model has {DIMENSIONS} dimensions and no others.", param="dimensions")
    return EmbeddingsRequest(texts=_texts(document.get("input")), base64=encoding == "base64")


def _check_model(model: object) -> None:
    if not isinstance(model, str) or not model:
        raise ApiError(400, "You must provide a model parameter.", param="model")
    if model.lower() not in KNOWN_MODELS:
        message = f"The model {model[:MAX_ECHOED_CHARS]!a} does not exist; this gateway serves '{MODEL_ID}'."
        raise ApiError(404, message, param="model", code="model_not_found")


def _texts(given: object) -> list[str]:
    items = [given] if isinstance(given, str) else given
    if not isinstance(items, list) or not items:
        raise ApiError(400, "input must be a string or a non-empty list of strings.", param="input")
    if any(isinstance(item, int | list) for item in items):
        message = "Token ids are not supported: send text (LangChain: check_embedding_ctx_length=False)."
        raise ApiError(400, message, param="input")
    if len(items) > MAX_INPUTS:
        raise ApiError(400, f"input has {len(items)} texts; at most {MAX_INPUTS} are allowed.", param="input")
    return [_text(item) for item in items]


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise ApiError(400, "Every input must be a string.", param="input")
    if not item:
        raise ApiError(400, "input cannot be an empty string.", param="input")
    try:
        item.encode()
    except UnicodeEncodeError as error:  # JSON can spell half a surrogate pair; UTF-8 can't
        raise ApiError(400, "input must be valid Unicode.", param="input") from error
    return item


def embeddings_response(embeddings: Sequence[Embedding], *, as_base64: bool) -> JSONResponse:
    """The vendor's list of embeddings, in the order asked."""
    tokens = sum(embedding.tokens for embedding in embeddings)
    data = [
        {"object": "embedding", "index": index, "embedding": _vector(embedding.vector, as_base64=as_base64)}
        for index, embedding in enumerate(embeddings)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return JSONResponse({"object": "list", "data": data, "model": MODEL_ID, "usage": usage})


def models_response() -> JSONResponse:
    """The one model, as a list."""
    model = {"id": MODEL_ID, "object": "model", "created": CREATED, "owned_by": "gateway"}
    return JSONResponse({"object": "list", "data": [model]})


def _vector(vector: bytes, *, as_base64: bool) -> str | list[float]:
    if as_base64:
        return base64.b64encode(vector).decode()
    return list(struct.unpack(f"<{DIMENSIONS}f", vector))
