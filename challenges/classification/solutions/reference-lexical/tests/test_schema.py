from __future__ import annotations

import json

import pytest

from tickets.errors import ApiError
from tickets.schema import parse_batch, parse_json, parse_ticket

GOOD = {"subject": "s", "body": "b"}


def _raw(value: object) -> bytes:
    return json.dumps(value).encode()


def _refusal(parse: object, raw: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        parse(raw)  # type: ignore[operator]
    return caught.value


@pytest.mark.parametrize("extra", [{}, {"queue": None}, {"queue": "desk", "channel": "chat"}, {"colour": 3}])
def test_good_tickets(extra: dict[str, object]) -> None:
    ticket = parse_ticket(_raw(GOOD | extra))
    assert (ticket.subject, ticket.body) == ("s", "b")


@pytest.mark.parametrize(
    "change",
    [{"subject": "x" * 300}, {"body": "x" * 20_000}, {"subject": ""}, {"body": ""}, {"body": "😀" * 20_000}],
)
def test_bounds_are_inclusive(change: dict[str, str]) -> None:
    parse_ticket(_raw(GOOD | change))


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "x" * 301},
        {"body": "x" * 20_001},
        {"subject": None},
        {"body": 5},
        {"body": ["b"]},
        {"queue": 1},
        {"ticket_id": 7},
        {"created_at": False},
        {"channel": {}},
    ],
)
def test_bad_fields(change: dict[str, object]) -> None:
    refusal = _refusal(parse_ticket, _raw(GOOD | change))
    assert (refusal.status, refusal.code) == (422, "invalid_request")
    assert refusal.message.startswith(next(iter(change)))


@pytest.mark.parametrize("value", [None, 1, "text", [], [GOOD], {}, {"subject": "s"}, {"body": "b"}])
def test_bad_tickets(value: object) -> None:
    assert _refusal(parse_ticket, _raw(value)).status == 422


def test_a_half_surrogate_is_refused() -> None:
    assert _refusal(parse_ticket, b'{"subject": "\\ud800", "body": ""}').status == 422


@pytest.mark.parametrize("size", [1, 64])
def test_good_batches(size: int) -> None:
    assert len(parse_batch(_raw({"tickets": [GOOD] * size}))) == size


@pytest.mark.parametrize("tickets", [[], [GOOD] * 65, None, GOOD, "x", [GOOD, {"subject": "s"}]])
def test_bad_batches(tickets: object) -> None:
    assert _refusal(parse_batch, _raw({"tickets": tickets})).status == 422


def test_a_refusal_names_the_place() -> None:
    assert "tickets.1.body" in _refusal(parse_batch, _raw({"tickets": [GOOD, {"subject": "s"}]})).message


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b'{"a": NaN}', "malformed_json"),
        (b"-Infinity", "malformed_json"),
        (b"9" * 5_000, "malformed_json"),
        (b"[" * 60_000, "nested_too_deeply"),
        (b'{"a":' * 60_000, "nested_too_deeply"),
        (b'"\xff"', "not_utf8"),
    ],
)
def test_malformed_bodies(raw: bytes, code: str) -> None:
    refusal = _refusal(parse_json, raw)
    assert (refusal.status, refusal.code) == (400, code)
