"""Strangers' text, made safe to print and short enough to keep."""

from __future__ import annotations

import reprlib
from typing import Final

SENTENCE: Final = 600
EXCERPT: Final = 2_000
_LONGEST_ESCAPE: Final = len(r"\U0010ffff")


def printable(text: str, limit: int = SENTENCE) -> str:
    r"""One line of a stranger's text, at most ``limit`` characters.

    Control and format characters (terminal escapes, bidirectional overrides, lone surrogates) are shown as
    ``\xNN`` / ``\uNNNN``; what is beyond the limit is cut and marked.
    """
    head = text[: limit + 1]
    if not head.isprintable():
        head = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in head)
    return head if len(head) <= limit else head[: limit - 1] + "…"


def excerpt(raw: bytes, limit: int = EXCERPT) -> tuple[str, bool]:
    """The printable beginning of a body, and whether anything was left off."""
    # Four bytes are the longest UTF-8 character; one more character than fits shows that text was cut.
    text = raw[: 4 * (limit + 1)].decode("utf-8", "backslashreplace")
    whole = printable(text, _LONGEST_ESCAPE * len(text) + 1)
    return printable(text, limit), len(whole) > limit or len(raw) > 4 * (limit + 1)


def show(value: object, limit: int = SENTENCE) -> str:
    """A value as a report shows it: text as it is, anything else as a shortened ``repr``."""
    return printable(value if isinstance(value, str) else _SHORT.repr(value), limit)


_SHORT = reprlib.Repr()
_SHORT.maxlevel = 4
_SHORT.maxdict = _SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxset = 20
_SHORT.maxstring = _SHORT.maxother = 200
