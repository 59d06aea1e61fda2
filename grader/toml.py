"""TOML that a stranger wrote: parsed in bounded time, and with one kind of error."""

from __future__ import annotations

import re
import tomllib

_PARTS = 16
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?:^|[\[{{,])[ \t]*+(?:{_PART}[ \t]*+\.[ \t]*+){{{_PARTS}}}", re.MULTILINE)
"""tomllib takes time that grows with the square of a dotted key's parts: hours for a key of 2 MB."""


def parse_toml(text: str) -> dict[str, object]:
    """Parse a document.

    Raises:
        ValueError: with what is wrong; also for what the format allows and nobody needs (keys of more
            than 16 parts, numbers of more than 4,300 digits, very deep nesting).
    """
    if _LONG_KEY.search(text):
        raise ValueError(f"a dotted key has more than {_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
