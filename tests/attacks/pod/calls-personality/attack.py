"""Personalities."""

from calls import not_refused
from tells import tell

PERSONALITY = 135
KINDS = {"read implies exec": 0x0400000, "no randomisation": 0x0040000, "page zero": 0x0100000, "compat": 0x0200000}


def at_start():
    tell(not_refused=not_refused({name: (PERSONALITY, flag) for name, flag in KINDS.items()}))
