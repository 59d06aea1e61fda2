"""What a customer wrote, without the mail program's and our own additions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

LONGEST = 5_000

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,150}>")
_HEAD = re.compile(r"-{3,}.{0,40}message", re.IGNORECASE)
_BREAK = re.compile(r"\n+|(?<=[.?!])\s+")
_VARIABLE = re.compile(
    r"\d[\d.,:]*"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)


def remarks(body: str) -> list[str]:
    """The customer's sentences and lines, in order."""
    text = "\n".join(_own(_plain(body[:LONGEST]).split("\n")))
    return [piece for piece in (part.strip(" -*!\t\r") for part in _BREAK.split(text)) if piece]


def gist(text: str) -> str:
    """Lower case with dates and numbers levelled: two tickets of the same content come out alike."""
    return " ".join(_VARIABLE.sub("0", text.lower().replace("…", " ")).split())


def _plain(text: str) -> str:
    """Entities are resolved first and last: some clients send escaped markup."""
    return html.unescape(_MARKUP.sub("\n", html.unescape(text)))


def _own(lines: list[str]) -> Iterator[str]:
    for line in lines:
        bare = line.strip()
        if _HEAD.match(bare):
            return
        if not bare.startswith(">"):
            yield bare
