"""From what a customer's program sent to the sentences that the customer wrote."""

from __future__ import annotations

import html
import re

# Nobody states the problem after this many characters; longer texts only cost time.
MAX_CHARACTERS = 6_000

_TAG = re.compile(r"<[^<>]{1,200}>")
_FORWARDED = re.compile(r"-{2,} ?(original message|forwarded message)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")
_MONTH = re.compile(
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december)\b|\bmay\b(?!\s+\w)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?: last\b)?", re.IGNORECASE)
_COUNT = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d.,:]*")
_PLACEHOLDERS = re.compile(r"~(?: ~)+")
_SPACES = re.compile(r"\s+")
_QUOTE = ">"


def own_lines(body: str) -> list[str]:
    """The lines without markup, quoted mail and whatever follows a forwarded message's head."""
    text = html.unescape(_TAG.sub("\n", html.unescape(body[:MAX_CHARACTERS]))).replace("\xa0", " ")
    kept: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if _FORWARDED.match(stripped):
            break
        if stripped.strip("-") and not stripped.startswith(_QUOTE):
            kept.append(stripped)
    return kept


def sentences(body: str) -> list[str]:
    """The customer's sentences in their order."""
    return [part for line in own_lines(body) for part in _SENTENCE_END.split(line) if part]


def sentence_key(sentence: str) -> str:
    """A sentence without what varies between two that say the same: names, dates, amounts."""
    first, *rest = sentence.split()
    words = [first, *("~" if _is_name(word) else word for word in rest)]
    text = _MONTH.sub("~", " ".join(words).lower())
    text = _NUMBER.sub("#", _COUNT.sub("#", _DAY.sub("~", text)))
    return _PLACEHOLDERS.sub("~", text).strip()


def normalise(text: str) -> str:
    """Lower case, with one word for every month, day and number."""
    text = _DAY.sub("dayname", _MONTH.sub("monthname", text.lower().replace("…", " ")))
    return _SPACES.sub(" ", _NUMBER.sub("0", text)).strip()


def _is_name(word: str) -> bool:
    return word[0].isupper() and word != "I" and not word.startswith("I'")
