"""A customer writes again: nearly the same ticket some days later."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from compose import slip

FIRST = ("I have written before.", "Second try:", "Any news?", "Sent again as there was no answer.", "Once more:")
LAST = ("Please answer this time.", "Still nothing.", "I am waiting.", "When will I hear from you?", "!!!")
SUBJECTS = ("Re: {}", "Again: {}", "{}", "{}", "Reminder: {}")
LAST_DAY = dt.datetime(2024, 12, 31, 23, tzinfo=dt.UTC)


def resubmitted(rng: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    """The row as it comes in again: one to three small edits of the body, perhaps another subject."""
    rng = random.Random(rng.getrandbits(64))
    body = row["body"]
    for edit in rng.sample((_first, _last, _slipped, _shorter), rng.randint(1, 3)):
        body = edit(rng, body)
    later = row["created_at"] + dt.timedelta(days=rng.randint(0, 9), minutes=rng.randint(5, 400))
    subject = rng.choice(SUBJECTS).format(row["subject"]).strip()
    return {**row, "created_at": min(later, LAST_DAY), "subject": subject, "body": body}


def _first(rng: random.Random, body: str) -> str:
    return f"{rng.choice(FIRST)} {body}"


def _last(rng: random.Random, body: str) -> str:
    return f"{body} {rng.choice(LAST)}"


def _slipped(rng: random.Random, body: str) -> str:
    for _ in range(rng.randint(1, 3)):
        body = slip(rng, body)
    return body


def _shorter(_rng: random.Random, body: str) -> str:
    """Without the last line, if there are several."""
    lines = body.split("\n")
    return "\n".join(lines[:-1]) if len(lines) > 2 else body
