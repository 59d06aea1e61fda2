"""What the checks share: tickets to send, and answers read without trust."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness.probe import expect, pick

DATA = Path(__file__).parent / "data"
"""The edition of this grading (``editions/NAME``), laid here when the pod is filled."""
CATEGORIES = (
    "billing",
    "outage",
    "slow_connection",
    "installation",
    "device_setup",
    "moving_home",
    "cancellation",
    "refund",
    "account_access",
    "security",
)
BATCH = 32
ANSWER_S = 10.0
BATCH_S = 60.0
SLACK_S = 1.5
"""What relay and a busy machine may add to a promise of the brief."""
SAME_CONFIDENCE = 0.01
"""Vectors of one text differ in the last bits with their batch; a category that stands on those is a tie."""

Ticket = dict[str, Any]
Answer = tuple[str, float, str]
"""Category, confidence, route."""


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """Every unpublished ticket of the edition."""
    text = (DATA / "tickets.jsonl").read_text("utf-8")
    return tuple(json.loads(line) for line in text.splitlines() if line.strip())


def of(name: str) -> list[dict[str, Any]]:
    """The rows of one slice, in the file's order."""
    return [row for row in rows() if row["slice"] == name]


def sent(row: Mapping[str, Any], **changed: object) -> Ticket:
    """What is sent of a row: never its label."""
    names = ("subject", "body", "ticket_id", "created_at", "channel", "queue")
    return {name: row[name] for name in names} | changed


def ask(service: Any, ticket: object, *, deadline_s: float | None = None) -> Any:
    """Send one ticket; whatever is answered is returned."""
    return service.post("/classify", json=ticket, deadline_s=deadline_s or ANSWER_S + SLACK_S)


def ask_batch(service: Any, tickets: object) -> Any:
    """Send a batch; whatever is answered is returned."""
    return service.post("/classify/batch", json={"tickets": tickets}, deadline_s=BATCH_S)


def good(reply: Any, doing: str) -> Any:
    """The reply, which must be a success."""
    expect(reply.status == 200, expected=f"200 when {doing}", seen=f"status {reply.status}")
    return reply


def answer_at(value: object, *path: str | int) -> Answer:
    """One answer with the promised fields and values."""
    category = pick(value, *path, "category", kind=str)
    confidence = pick(value, *path, "confidence", kind=float)
    route = pick(value, *path, "route", kind=str)
    expect(category in CATEGORIES, expected="one of the ten categories", seen=category)
    expect(0 <= confidence <= 1, expected="a confidence between 0 and 1", seen=confidence)
    expect(route in ("auto", "human"), expected='the route "auto" or "human"', seen=route)
    return category, float(confidence), route


def answer_of(service: Any, ticket: Ticket) -> Answer:
    """The answer to one valid ticket."""
    return answer_at(good(ask(service, ticket), "a valid ticket is sent").json())


def answers_of(service: Any, tickets: Sequence[Ticket]) -> list[Answer]:
    """The answers to valid tickets, sent as batches."""
    found: list[Answer] = []
    for start in range(0, len(tickets), BATCH):
        part = list(tickets[start : start + BATCH])
        body = good(ask_batch(service, part), "a valid batch is sent").json()
        listed = pick(body, "results", kind=list)
        expect(len(listed) == len(part), expected=f"{len(part)} results", seen=f"{len(listed)}")
        found += [answer_at(body, "results", place) for place in range(len(part))]
    return found


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are one: category, route, and confidence but for the last digits."""
    return one[0] == other[0] and one[2] == other[2] and abs(one[1] - other[1]) <= SAME_CONFIDENCE


def all_same(pairs: Iterable[tuple[Answer, Answer]], expected: str) -> None:
    """Every pair must be one answer."""
    several = list(pairs)
    wrong = [pair for pair in several if not same(*pair)]
    seen = f"{len(wrong)} of {len(several)} differ: " + "; ".join(f"{a} and {b}" for a, b in wrong[:3])
    expect(not wrong, expected=expected, seen=seen)
