"""The words of the trade: desks, tickets, verdicts."""

from __future__ import annotations

from typing import NamedTuple

DESKS = (
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
FRAUD = DESKS.index("security")


class Ticket(NamedTuple):
    """The two texts of a ticket. Nothing else of it may decide."""

    subject: str
    body: str


class Verdict(NamedTuple):
    """The answer to one ticket."""

    category: str
    confidence: float
    route: str
