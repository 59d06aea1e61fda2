"""Source excerpts with syntax colours: plain spans for the template, and the CSS that colours them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from pygments.lexer import Lexer
from pygments.lexers import TextLexer, find_lexer_class_for_filename
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Token, _TokenType

from grader.report.text import line, masked, strings_masked

LIGHT = "a11y-high-contrast-light"
DARK = "a11y-dark"
"""Both from accessible-pygments; every colour reaches 7:1 on the report's own backgrounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of source text of one colour."""

    css: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One numbered line of an excerpt."""

    number: int
    marked: bool
    spans: tuple[Span, ...]


def excerpt(path: str, lines: tuple[str, ...], start: int, marked: int, *, secret: bool) -> tuple[SourceLine, ...]:
    """Colour ``lines`` (the first is number ``start``) as the file name suggests, and mark line ``marked``.

    Text is masked over the whole excerpt, so a private key loses all its lines; ``secret`` masks the
    marked line's string literals too. Without lines (the analysers quote the first findings only) there is nothing.
    """
    if not lines:
        return ()
    shown = [
        strings_masked(row) if secret and start + index == marked else row
        for index, row in enumerate(_printable_rows(lines))
    ]
    rows = _spans(_lexer(line(path.rsplit("/", 1)[-1])), shown)
    return tuple(
        SourceLine(number=start + index, marked=start + index == marked, spans=spans)
        for index, spans in enumerate(rows)
    )


def _printable_rows(lines: tuple[str, ...]) -> list[str]:
    whole = "\n".join(row.replace("\n", " ") for row in lines)
    return [line(row.replace("\t", "    ")) for row in masked(whole).split("\n")]


@lru_cache(256)
def _lexer(name: str) -> Lexer:
    kind = find_lexer_class_for_filename(name)
    return (kind or TextLexer)(stripnl=False, ensurenl=False)


def _spans(lexer: Lexer, rows: list[str]) -> list[tuple[Span, ...]]:
    """Tokens split at line ends, neighbours of one colour joined."""
    lines: list[list[Span]] = [[]]
    for token, text in lexer.get_tokens("\n".join(rows)):
        css = _class(token)
        for index, part in enumerate(text.split("\n")):
            if index:
                lines.append([])
            if not part:
                continue
            row = lines[-1]
            if row and (row[-1].css == css or not part.strip()):
                row[-1] = Span(css=row[-1].css, text=row[-1].text + part)
            else:
                row.append(Span(css=css, text=part))
    return [tuple(row) for row in lines[: len(rows)]]


@cache
def _class(token: _TokenType) -> str:
    """The colour's class name, shared by all token types that look alike."""
    return _palette().get(_colours(token), "")


@cache
def _palette() -> dict[tuple[str, str], str]:
    pairs = sorted({_colours(token) for token in STANDARD_TYPES} - {_colours(Token.Text)})
    return {pair: f"c{index}" for index, pair in enumerate(pairs)}


@cache
def _colours(token: _TokenType) -> tuple[str, str]:
    found = []
    for name in (LIGHT, DARK):
        style = get_style_by_name(name)
        found.append(str(style.style_for_token(token)["color"] or style.style_for_token(Token.Text)["color"]))
    return found[0], found[1]


@cache
def code_css() -> str:
    """One rule per colour pair."""
    return "\n".join(
        f".code .{css} {{ color: light-dark(#{light}, #{dark}); }}" for (light, dark), css in _palette().items()
    )
