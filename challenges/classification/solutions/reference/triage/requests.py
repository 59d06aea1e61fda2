"""Reading requests, strictly and without faith in the sender."""

from __future__ import annotations

import json
from typing import NoReturn

from triage.terms import Ticket

SUBJECT_LIMIT = 300
BODY_LIMIT = 20_000
BATCH_LIMIT = 64
# Sixty-four full tickets with each character as two six-byte escapes, and a megabyte for the rest.
BYTES_LIMIT = BATCH_LIMIT * 12 * (SUBJECT_LIMIT + BODY_LIMIT) + (1 << 20)
_OPTIONAL = ("ticket_id", "created_at", "channel", "queue")


class BadRequestError(Exception):
    """A request that the sender must change."""

    def __init__(self, code: str, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def one_ticket(raw: bytes) -> list[Ticket]:
    """The ticket of a request for one."""
    return [_ticket(_decoded(raw), "ticket")]


def many_tickets(raw: bytes) -> list[Ticket]:
    """The tickets of a batch."""
    value = _decoded(raw)
    tickets = value.get("tickets") if isinstance(value, dict) else None
    if not isinstance(tickets, list):
        raise BadRequestError("invalid_batch", "Send an object with a list of tickets.")
    if not 1 <= len(tickets) <= BATCH_LIMIT:
        raise BadRequestError("invalid_batch", f"A batch holds 1 to {BATCH_LIMIT} tickets.")
    return [_ticket(entry, f"tickets[{place}]") for place, entry in enumerate(tickets)]


def _decoded(raw: bytes) -> object:
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadRequestError("not_utf8", "The body is not UTF-8.", 400) from error
    except (ValueError, RecursionError) as error:
        raise BadRequestError("not_json", "The body is not JSON that can be read.", 400) from error


def _ticket(value: object, where: str) -> Ticket:
    if not isinstance(value, dict):
        raise BadRequestError("invalid_ticket", f"{where} is not an object.")
    for name in _OPTIONAL:
        if not isinstance(value.get(name), str | None):
            raise BadRequestError("invalid_ticket", f"{where}.{name} is not a text.")
    return Ticket(_text(value, "subject", SUBJECT_LIMIT, where), _text(value, "body", BODY_LIMIT, where))


def _text(value: dict[str, object], name: str, limit: int, where: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        raise BadRequestError("invalid_ticket", f"{where}.{name} must be a text.")
    if len(text) > limit:
        raise BadRequestError("invalid_ticket", f"{where}.{name} has more than {limit} characters.")
    return text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate becomes a question mark


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
