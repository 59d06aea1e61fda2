"""Fingerprints of a file by winnowing (Schleimer, Wilkerson, Aiken 2003) over its tokens.

Names, texts and numbers lose their value and comments go, so renaming changes nothing. Of the hashes of all
runs of ``K`` tokens the least of each window of ``W`` is kept: every run of ``K + W - 1`` tokens (about five lines)
that two files share is found, and no run shorter than ``K``. Python's own tokenizer reads Python (three times as
fast), Pygments reads scripts.
"""

from __future__ import annotations

import hashlib
import io
import keyword
import tokenize
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import islice

from pygments.lexer import Lexer
from pygments.lexers import JavascriptLexer, TypeScriptLexer
from pygments.token import Comment, Literal, Name, Number, String, Text, _TokenType

from harness.static.languages import JAVASCRIPT, PYTHON, TYPESCRIPT

K, W = 30, 11
_BYTES, _TOKENS = 300_000, 60_000
_BASE, _PRIME = 0x9E3779B97F4A7C15, 2**61 - 1
_LEXERS: dict[str, type[Lexer]] = {JAVASCRIPT: JavascriptLexer, TYPESCRIPT: TypeScriptLexer}
_LAYOUT = frozenset(
    {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER}
)
Marks = list[tuple[str, int]]
Tokens = Iterator[tuple[str, int]]


def fingerprints(language: str, source: str) -> Marks:
    """Pairs of hash (16 hexadecimal digits) and line, in order; at most one a hash."""
    if len(source) > _BYTES:
        return []
    found_tokens = _python(source) if language == PYTHON else _script(language, source)
    tokens: list[tuple[str, int]] = []
    with suppress(tokenize.TokenError, SyntaxError):  # what stands before the fault counts
        tokens += islice(found_tokens, _TOKENS)
    runs = _hashes([text for text, _ in tokens])
    found: dict[int, int] = {}
    for at in _winnowed(runs):
        found.setdefault(runs[at], tokens[at][1])
    return [(f"{value:016x}", line) for value, line in found.items()]


def _python(source: str) -> Tokens:
    """Normalised tokens with their lines; a text that is a statement of its own is a comment."""
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind, text = token.type, token.string
        if kind in _LAYOUT:
            begins = begins or kind != tokenize.COMMENT
            continue
        if kind == tokenize.NAME:
            yield (text if keyword.iskeyword(text) else "N"), token.start[0]
        elif kind == tokenize.STRING:
            if not begins:
                yield "S", token.start[0]
        else:
            yield ("0" if kind == tokenize.NUMBER else text), token.start[0]
        begins = False


@cache
def _lexer(language: str) -> Lexer:
    return _LEXERS[language]()


def _script(language: str, source: str) -> Tokens:
    line, last = 1, ""
    for kind, text in _lexer(language).get_tokens(source):
        seen = _normal(kind, text)
        if seen and not seen == last == "S":  # one literal is several tokens
            yield seen, line
        last = seen or last
        line += text.count("\n")


def _normal(kind: _TokenType, text: str) -> str:
    if not text.strip() or _within(kind, Comment, Text):
        return ""
    if _within(kind, Name):
        return "N"
    if _within(kind, String):
        return "S"
    return "0" if _within(kind, Number, Literal) else text.strip()


def _within(kind: _TokenType, *families: _TokenType) -> bool:
    """Whether a token's type is one of these or a kind of one."""
    return any(kind[: len(family)] == family for family in families)


@cache
def _code(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=7).digest(), "big")


def _hashes(tokens: list[str]) -> list[int]:
    """The hash of every run of ``K`` tokens (a rolling polynomial, then mixed so that the least is a fair choice)."""
    out = pow(_BASE, K, _PRIME)
    value, found = 0, []
    for at, token in enumerate(tokens):
        value = (value * _BASE + _code(token)) % _PRIME
        if at >= K:
            value = (value - _code(tokens[at - K]) * out) % _PRIME
        if at >= K - 1:
            found.append(value * _BASE % _PRIME ^ value >> 29)
    return found


def _winnowed(runs: list[int]) -> list[int]:
    """Where the least hash of each window stands, the rightmost of equals; each place once."""
    kept: list[int] = []
    window: deque[int] = deque()
    for at, value in enumerate(runs):
        while window and runs[window[-1]] >= value:
            window.pop()
        window.append(at)
        if window[0] <= at - W:
            window.popleft()
        if at >= min(W, len(runs)) - 1 and (not kept or kept[-1] != window[0]):
            kept.append(window[0])
    return kept
