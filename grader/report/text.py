"""Text on its way to a view: strangers' text made printable, secrets masked, numbers in one form.

Everything here is pure. Escaping for HTML is the template engine's; this module makes sure that what it
escapes holds no control, format or bidirectional characters, and no secret that we can recognise.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from grader.errors import printable

LINE_LIMIT = 300
MARKS_IN_A_ROW = 3
"""More combining marks than any script writes on one letter are a way to draw over other lines."""
LARGEST_IN_FULL = 1e12
"""Beyond it a number is shown as a power of ten."""
LONGEST_ESCAPE = len(r"\U0010ffff")
MASK = "•••••• (masked)"

# Every repeat is bounded where a stranger could make the search quadratic.
_SECRETS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)",
        r"(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/=]{40,90}\s{1,4}){1,9}\S{0,90}\s{0,4}-----END [A-Z ]{0,20}PRIVATE KEY-----",
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}",
        r"\bgh[oprsu]_[A-Za-z0-9]{20,}",
        r"\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"\bhf_[A-Za-z0-9]{20,}",
        r"\bglpat-[A-Za-z0-9_-]{16,}",
        r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
        r"\bAIza[0-9A-Za-z_-]{30,}",
        r"\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
    )
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{8,}")
_ASSIGNED = re.compile(
    r"""(?ix)
    ( (?:password|passwd|secret|api_?-?key|access_?-?key|private_?-?key|auth_?-?token|access_?-?token)
      [\w-]{0,30} ["']? \s{0,4} [:=]{1,2} \s{0,4} )
    (["']) (?:(?!\2)[^\\\n]|\\.)+ \2
    """
)
_IN_URL = re.compile(r"([a-zA-Z0-9]://[^\s/:@]{1,100}:)[^\s/@]{1,300}(@)")
_QUOTED = re.compile(r"""(["'])(?:(?!\1)[^\\\n]|\\.)+\1""")


def masked(text: str) -> str:
    """``text`` with recognisable keys, tokens and passwords replaced; as many lines as before."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda match: MASK + "\n" * match[0].count("\n"), text)
    text = _BEARER.sub(rf"\1\2{MASK}", text)
    text = _IN_URL.sub(rf"\1{MASK}\2", text)
    return _ASSIGNED.sub(rf"\1\2{MASK}\2", text)


def strings_masked(line: str) -> str:
    """One source line with every string literal replaced, for lines that a rule calls a secret."""
    return _QUOTED.sub(rf"\1{MASK}\1", line)


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """A stranger's text as one line: masked, printable, cut at ``limit`` characters and marked."""
    return printable(_tamed(masked(text)), limit)


def block(text: str, limit: int) -> str:
    """A stranger's text with its line breaks and tabs kept; otherwise as :func:`line`."""
    text = _tamed(masked(text)).replace("\r\n", "\n").replace("\t", "    ")
    cut = text[:limit]
    shown = "\n".join(printable(row, LONGEST_ESCAPE * len(row)) for row in cut.split("\n")).strip("\n")
    return f"{shown}…" if len(text) > limit else shown


def _tamed(text: str) -> str:
    """Long runs of combining marks cut short; composed as web pages are (NFC)."""
    if text.isascii():
        return text
    parts = []
    for is_mark, run in groupby(
        unicodedata.normalize("NFC", text), key=lambda c: unicodedata.category(c) in ("Mn", "Me")
    ):
        marks = "".join(run)
        parts.append(marks if not is_mark or len(marks) <= MARKS_IN_A_ROW else marks[:MARKS_IN_A_ROW] + "…")
    return "".join(parts)


def _rounded(value: float, places: int) -> str:
    if abs(value) >= LARGEST_IN_FULL:
        return f"{value:.3g}"
    shown = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{shown + 0:,f}" if shown else f"{Decimal(0).scaleb(-places):f}"


def number(value: float) -> str:
    """A measured number, one decimal: ``62.7``, ``1,204.0``."""
    return _rounded(value, 1)


def plain(value: float) -> str:
    """A number that somebody set (a weight, a cap): one decimal at most, ``24``, ``7.5``."""
    return _rounded(value, 1).removesuffix(".0")


def percent(share: float) -> str:
    """A share of 0..1 as a percentage without decimals."""
    return f"{_rounded(share * 100, 0)} %"


def seconds(value: float) -> str:
    """Seconds, one decimal."""
    return f"{_rounded(value, 1)} s"


def size(count: int) -> str:
    """Bytes as a reader says them."""
    if count < 1024:  # noqa: PLR2004 - a kilobyte
        return f"{count} bytes"
    if count < 1024 * 1024:
        return f"{_rounded(count / 1024, 1)} kB"
    return f"{_rounded(count / 1024 / 1024, 1)} MB"


def measured(value: float, unit: str) -> str:
    """A check's measure in its own unit; a unitless number below ten keeps three decimals (a recall, an F1)."""
    if unit == "%":
        return f"{_rounded(value, 0)} %"
    small = not unit and abs(value) < 10 and value != int(value)  # noqa: PLR2004
    shown = _rounded(value, 3) if small else plain(value)
    return f"{shown} {line(unit, 20)}".strip()


def count(many: int, one: str, more: str = "") -> str:
    """``1 file``, ``12 files``."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"
