"""Long texts in pieces that the encoder reads whole (256 tokens, about 1,000 characters)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CHUNK_CHARS = 800
SNIPPET_CHARS = 300

_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|\n\s*\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Span:
    """Part of a text, by its characters."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Span]:
    """Sentences in order; one longer than a chunk comes in pieces."""
    for match in _SENTENCE.finditer(text):
        for start in range(match.start(), match.end(), CHUNK_CHARS):
            yield Span(start, min(start + CHUNK_CHARS, match.end()))


def chunks(text: str) -> list[Span]:
    """Runs of whole sentences of at most ``CHUNK_CHARS``; each begins with the last sentence of the one before."""
    found: list[Span] = []
    run: list[Span] = []
    for sentence in sentences(text):
        if run and sentence.end - run[0].start > CHUNK_CHARS:
            found.append(Span(run[0].start, run[-1].end))
            overlap = run[-1]
            run = [overlap] if sentence.end - overlap.start <= CHUNK_CHARS else []
        run.append(sentence)
    if run:
        found.append(Span(run[0].start, run[-1].end))
    return found


def snippet(title: str, text: str, span: Span | None, wanted: set[str]) -> str:
    """The sentence of the span with most of the wanted words, and what follows it, up to 300 characters."""
    if span is None:
        return title[:SNIPPET_CHARS]
    inside = [s for s in sentences(text) if s.start >= span.start and s.end <= span.end]
    best = max(inside, key=lambda s: _overlap(text[s.start : s.end], wanted), default=span)
    return text[best.start : min(best.start + SNIPPET_CHARS, span.end)].strip() or title[:SNIPPET_CHARS]


def _overlap(sentence: str, wanted: set[str]) -> int:
    return len(wanted.intersection(re.findall(r"\w+", sentence.lower())))
