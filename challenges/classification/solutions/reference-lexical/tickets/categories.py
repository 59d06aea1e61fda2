"""The categories that the service answers with."""

from __future__ import annotations

CATEGORIES = (
    "account_access",
    "billing",
    "cancellation",
    "device_setup",
    "installation",
    "moving_home",
    "outage",
    "refund",
    "security",
    "slow_connection",
)
SECURITY = CATEGORIES.index("security")
