"""From the bytes of a request to checked tickets."""

from __future__ import annotations

import json
from typing import Annotated, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tickets.errors import ApiError

MAX_SUBJECT = 300
MAX_BODY = 20_000
MAX_BATCH = 64
# The largest valid batch, were every character written as two escapes of six bytes, with room for the optional fields.
MAX_BYTES = 64 * 12 * (MAX_SUBJECT + MAX_BODY) + 1_000_000

_Model = TypeVar("_Model", bound=BaseModel)


class Ticket(BaseModel):
    """A ticket. Unknown fields are ignored; ``null`` counts as an optional field that is missing."""

    model_config = ConfigDict(strict=True, extra="ignore")

    subject: Annotated[str, Field(max_length=MAX_SUBJECT)]
    body: Annotated[str, Field(max_length=MAX_BODY)]
    ticket_id: str | None = None
    created_at: str | None = None
    channel: str | None = None
    queue: str | None = None


class Batch(BaseModel):
    """One to sixty-four tickets."""

    model_config = ConfigDict(strict=True, extra="ignore")

    tickets: Annotated[list[Ticket], Field(min_length=1, max_length=MAX_BATCH)]


def parse_ticket(raw: bytes) -> Ticket:
    """The ticket in a request's body."""
    return _checked(Ticket, parse_json(raw))


def parse_batch(raw: bytes) -> list[Ticket]:
    """The tickets in a request's body; one that is invalid refuses all."""
    return _checked(Batch, parse_json(raw)).tickets


def parse_json(raw: bytes) -> object:
    """Strict JSON: UTF-8, no ``NaN``, no ``Infinity``."""
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ApiError(400, "nested_too_deeply", "The body is nested too deeply.") from error
    except UnicodeDecodeError as error:
        raise ApiError(400, "not_utf8", "The body is not UTF-8.") from error
    except ValueError as error:  # JSONDecodeError, and whole numbers of more digits than Python reads
        raise ApiError(400, "malformed_json", "The body is not valid JSON.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


def _checked(model: type[_Model], value: object) -> _Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise ApiError(422, "invalid_request", f"{place}: {first['msg']}") from error
