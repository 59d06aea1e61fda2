from __future__ import annotations

import json

import pytest

from triage.requests import BadRequestError, many_tickets, one_ticket
from triage.terms import Ticket

OK = {"subject": "s", "body": "b"}


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"queue": "x", "channel": "y", "ticket_id": "z", "created_at": ""},
        {"queue": None},
        {"unknown": [1]},
    ],
)
def test_accepted(more: dict[str, object]) -> None:
    assert one_ticket(_bytes(OK | more)) == [Ticket("s", "b")]


@pytest.mark.parametrize("fits", [{"subject": ""}, {"body": ""}, {"subject": "x" * 300}, {"body": "é" * 20_000}])
def test_limits_are_allowed(fits: dict[str, str]) -> None:
    assert len(one_ticket(_bytes(OK | fits))) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"subject": "x" * 301}, "ticket.subject has more than 300"),
        ({"body": "x" * 20_001}, "ticket.body has more than 20000"),
        ({"subject": None}, "ticket.subject must be a text"),
        ({"body": 1}, "ticket.body must be a text"),
        ({"ticket_id": 1}, "ticket.ticket_id is not a text"),
        ({"created_at": []}, "ticket.created_at is not a text"),
        ({"channel": False}, "ticket.channel is not a text"),
        ({"queue": {}}, "ticket.queue is not a text"),
    ],
)
def test_refused_fields(change: dict[str, object], says: str) -> None:
    with pytest.raises(BadRequestError, match=says) as caught:
        one_ticket(_bytes(OK | change))
    assert (caught.value.status, caught.value.code) == (422, "invalid_ticket")


@pytest.mark.parametrize("value", [None, 1, "x", [], [OK], True])
def test_refused_tickets(value: object) -> None:
    with pytest.raises(BadRequestError, match="not an object"):
        one_ticket(_bytes(value))


@pytest.mark.parametrize("size", [1, 64])
def test_batches(size: int) -> None:
    tickets = [OK | {"body": str(number)} for number in range(size)]
    assert [ticket.body for ticket in many_tickets(_bytes({"tickets": tickets}))] == [str(n) for n in range(size)]


@pytest.mark.parametrize("value", [None, [], [OK], {}, {"tickets": {}}, {"tickets": []}, {"tickets": [OK] * 65}])
def test_refused_batches(value: object) -> None:
    with pytest.raises(BadRequestError) as caught:
        many_tickets(_bytes(value))
    assert (caught.value.status, caught.value.code) == (422, "invalid_batch")


def test_one_bad_ticket_refuses_all_and_is_named() -> None:
    with pytest.raises(BadRequestError, match=r"tickets\[1\]\.body"):
        many_tickets(_bytes({"tickets": [OK, {"subject": "s"}]}))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"{]", "not_json"),
        (b'{"subject": NaN, "body": ""}', "not_json"),
        (b"[" * 60_000, "not_json"),
        (b"8" * 9_000, "not_json"),
        (b'"\xed\xa0\x80"', "not_utf8"),
    ],
)
def test_unreadable(raw: bytes, code: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        one_ticket(raw)
    assert (caught.value.status, caught.value.code) == (400, code)


def test_half_a_surrogate_becomes_a_question_mark() -> None:
    assert one_ticket(b'{"subject": "\\ud800!", "body": "\\ud83d\\ude00"}') == [Ticket("?!", "😀")]
