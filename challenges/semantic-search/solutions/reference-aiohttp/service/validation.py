"""From the bytes of a body to a document, a batch or a search; everything else is refused here."""

import json
import math
import re
from typing import Any

from service.errors import InvalidRequest, MalformedBody
from service.filters import scalar_key
from service.models import Document, Scalar, SearchRequest

MAX_TITLE = 300
MAX_TEXT = 50_000
MAX_QUERY = 2_000
MAX_BATCH = 64
MAX_TOP_K = 100
MAX_OFFSET = 10_000
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def is_id(value: str) -> bool:
    """Whether a document may have this id."""
    return _ID.fullmatch(value) is not None


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=_finite, parse_constant=_not_json)
    except UnicodeDecodeError as error:
        message = "The body is not valid UTF-8."
        raise MalformedBody(message) from error
    except RecursionError as error:
        message = "The body is nested too deeply."
        raise MalformedBody(message) from error
    except ValueError as error:
        message = f"The body is not valid JSON: {error}"
        raise MalformedBody(message) from error
    if not isinstance(value, dict):
        message = "The body must be a JSON object."
        raise InvalidRequest(message)
    return value


def document_from(value: dict[str, Any], document_id: str) -> Document:
    """The document with this id that a JSON object describes."""
    if not is_id(document_id):
        message = "A document id has 1 to 64 of the characters A-Z a-z 0-9 . _ -"
        raise InvalidRequest(message)
    return Document(
        id=document_id,
        title=_string(value, "title", MAX_TITLE),
        text=_string(value, "text", MAX_TEXT),
        metadata=_metadata(value.get("metadata", {})),
    )


def batch_from(value: dict[str, Any]) -> list[Document]:
    """The documents of a batch in their order. Of documents with the same id the last one counts."""
    items = value.get("documents")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_BATCH:
        message = f"'documents' must be a list of 1 to {MAX_BATCH} documents."
        raise InvalidRequest(message)
    documents: dict[str, Document] = {}
    for position, item in enumerate(items):
        try:
            document = _batch_item(item)
        except InvalidRequest as error:
            message = f"documents[{position}]: {error.message}"
            raise InvalidRequest(message) from error
        documents[document.id] = document
    return list(documents.values())


def search_from(value: dict[str, Any]) -> SearchRequest:
    """The search that a JSON object describes."""
    return SearchRequest(
        query=_string(value, "query", MAX_QUERY),
        top_k=_integer(value, "top_k", default=10, low=1, high=MAX_TOP_K),
        offset=_integer(value, "offset", default=0, low=0, high=MAX_OFFSET),
        wanted=_wanted(value.get("filter", {})),
    )


def _batch_item(item: object) -> Document:
    if not isinstance(item, dict):
        message = "A document must be a JSON object."
        raise InvalidRequest(message)
    document_id = item.get("id")
    if not isinstance(document_id, str):
        message = "'id' must be a string."
        raise InvalidRequest(message)
    return document_from(item, document_id)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        message = "a number is too large"
        raise ValueError(message)
    return number


def _not_json(constant: str) -> None:
    message = f"{constant} is not a JSON value"
    raise ValueError(message)


def _string(value: dict[str, Any], name: str, longest: int) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        message = f"'{name}' must be a string."
        raise InvalidRequest(message)
    if not 1 <= len(text) <= longest:
        message = f"'{name}' must have 1 to {longest} characters."
        raise InvalidRequest(message)
    return _encodable(text, name)


def _encodable(text: str, name: str) -> str:
    """Refuse a lone surrogate, which JSON can spell (``\\ud800``) but UTF-8 cannot hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"'{name}' holds a lone surrogate, which is no character."
        raise InvalidRequest(message) from error
    return text


def _integer(value: dict[str, Any], name: str, *, default: int, low: int, high: int) -> int:
    number = value.get(name, default)
    if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
        message = f"'{name}' must be an integer from {low} to {high}."
        raise InvalidRequest(message)
    return number


def _metadata(value: object) -> dict[str, Scalar]:
    if not isinstance(value, dict):
        message = "'metadata' must be a JSON object."
        raise InvalidRequest(message)
    for name, item in value.items():
        _encodable(name, "metadata")
        _scalar(item, "metadata")
    return value


def _scalar(value: object, name: str) -> Scalar:
    if isinstance(value, str):
        return _encodable(value, name)
    if isinstance(value, (bool, int, float)):
        return value
    message = f"A value in '{name}' must be a string, a number or a boolean."
    raise InvalidRequest(message)


def _wanted(value: object) -> dict[str, frozenset[tuple[str, Scalar]]]:
    if not isinstance(value, dict):
        message = "'filter' must be a JSON object."
        raise InvalidRequest(message)
    wanted = {}
    for name, allowed in value.items():
        choices = allowed if isinstance(allowed, list) else [allowed]
        wanted[_encodable(name, "filter")] = frozenset(scalar_key(_scalar(item, "filter")) for item in choices)
    return wanted
