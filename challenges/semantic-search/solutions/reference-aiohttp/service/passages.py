"""Cutting a text into passages that an encoder with a short window can read, and finding the best bit to show.

Positions are kept, so that a snippet is always a literal piece of what was stored.
"""

import re
from collections.abc import Callable, Iterator

PASSAGE_TOKENS = 120  # about 85 English words; with the title well below the encoder's 256 tokens
OVERLAP_TOKENS = 40  # the last sentence is repeated in the next passage if it is no longer than this
MAX_PASSAGE_CHARS = 1_200
MAX_SNIPPET = 300
_LONGEST_WORD = 300

Span = tuple[int, int]

_BOUNDARY = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n+")
_TOKEN = re.compile(r"[A-Za-z]+|\d|[^\sA-Za-z\d]")
_WORD = re.compile(r"\S+")


def token_count(text: str) -> int:
    """A careful estimate of the encoder's tokens: short words are one, long ones several, all else one each."""
    return sum(1 + len(token) // 7 for token in _TOKEN.findall(text))


def split(text: str) -> list[Span]:
    """The passages of a text: runs of whole sentences up to a budget, each overlapping the one before."""
    passages: list[Span] = []
    current: list[tuple[Span, int]] = []
    for span in _sentences(text):
        size = token_count(text[slice(*span)])
        if current and not _fits(current, span, size):
            passages.append((current[0][0][0], current[-1][0][1]))
            current = current[-1:] if current[-1][1] <= OVERLAP_TOKENS else []
            if current and not _fits(current, span, size):
                current = []
        current.append((span, size))
    if current:
        passages.append((current[0][0][0], current[-1][0][1]))
    return passages


def snippet(text: str, passage: Span, worth: Callable[[str], float]) -> str:
    """The run of sentences of a passage, at most 300 characters, that is worth most; the earliest of equals."""
    best, best_worth = "", -1.0
    sentences = [(passage[0] + start, passage[0] + end) for start, end in _sentences(text[slice(*passage)])]
    for first in range(len(sentences)):
        candidate = _widest(text, sentences[first:])
        value = worth(candidate)
        if value > best_worth:
            best, best_worth = candidate, value
    return best


def _fits(current: list[tuple[Span, int]], span: Span, size: int) -> bool:
    tokens = sum(tokens for _, tokens in current) + size
    return tokens <= PASSAGE_TOKENS and span[1] - current[0][0][0] <= MAX_PASSAGE_CHARS


def _widest(text: str, sentences: list[Span]) -> str:
    start, end = sentences[0]
    for _, later in sentences[1:]:
        if later - start > MAX_SNIPPET:
            break
        end = later
    if end - start <= MAX_SNIPPET:
        return text[start:end]
    cut = text[start : start + MAX_SNIPPET]
    if not text[start + MAX_SNIPPET].isspace() and " " in cut.strip():
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip()


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        yield from _pieces(text, start, boundary.start())
        start = boundary.end()
    yield from _pieces(text, start, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """A sentence without its outer spaces, in several pieces when it alone would break the budget."""
    sentence = text[start:end]
    if end - start <= MAX_PASSAGE_CHARS and token_count(sentence) <= PASSAGE_TOKENS:
        bare = sentence.strip()
        if bare:
            start += sentence.index(bare)
            yield start, start + len(bare)
        return
    yield from _chunks(text, start, end)


def _chunks(text: str, start: int, end: int) -> Iterator[Span]:
    first = last = -1
    tokens = 0
    for left, right in _words(text, start, end):
        size = token_count(text[left:right])
        if first >= 0 and (tokens + size > PASSAGE_TOKENS or right - first > MAX_PASSAGE_CHARS):
            yield first, last
            first, tokens = -1, 0
        first = left if first < 0 else first
        last, tokens = right, tokens + size
    if first >= 0:
        yield first, last


def _words(text: str, start: int, end: int) -> Iterator[Span]:
    for word in _WORD.finditer(text, start, end):
        step = _LONGEST_WORD if token_count(word.group()) <= PASSAGE_TOKENS else PASSAGE_TOKENS
        for left in range(word.start(), word.end(), step):
            yield left, min(left + step, word.end())
