"""From Markdown to sections, lists and sentences, by markdown-it's own tokens (never by its HTML)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(slots=True)
class Block:
    """A heading, paragraph, list item or table row: its plain text, its code spans, its first strong words."""

    kind: str
    line: int
    text: str
    level: int = 0
    """A heading's level; else how deep in lists it stands."""
    codes: list[str] = field(default_factory=list)
    lead: str = ""


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a document in order. Raw HTML and fenced code are left out."""
    depth, kind, heading = 0, "paragraph", 0
    fresh = False
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(text):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            depth -= 1
        elif token.type == "list_item_open":
            fresh = True
        elif token.type == "heading_open":
            kind, heading = "heading", int(token.tag[1:])
        elif token.type == "tr_open":
            kind = "row"
        elif token.type in {"heading_close", "tr_close"}:
            kind = "paragraph"
        elif token.type == "inline":
            own = "item" if fresh and depth and kind == "paragraph" else kind
            fresh = False
            yield _block(token, own, heading if own == "heading" else depth)


def _block(token: Token, kind: str, level: int) -> Block:
    words: list[str] = []
    codes: list[str] = []
    lead: list[str] = []
    strong = 0
    for child in token.children or []:
        if child.type == "strong_open":
            strong += 1
        elif child.type == "strong_close":
            strong -= 1
        elif child.type in {"text", "code_inline"}:
            if child.type == "code_inline":
                codes.append(child.content)
            if strong and len("".join(words).strip()) <= len("".join(lead).strip()):
                lead.append(child.content)
            words.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            words.append(" ")
            if strong:
                lead.append(" ")
    line = (token.map or [0])[0] + 1
    return Block(
        kind=kind,
        line=line,
        text=" ".join("".join(words).split()),
        level=level,
        codes=codes,
        lead=" ".join("".join(lead).split()),
    )
