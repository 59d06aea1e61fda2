"""Looks for hidden content in what a candidate is shown: runs of text that stand in both."""

from __future__ import annotations

import contextlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

RUN = 20
"""Characters in a row that no text for a candidate may share with a hidden file."""
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<[^>]*>")
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_UNREADABLE = frozenset({".pyc", ".npy", ".npz"})


def squeezed(text: str) -> str:
    """One space for every gap, so that another layout hides nothing."""
    return _SPACE.sub(" ", text).strip()


def readings(page: str) -> Iterator[str]:
    """The texts of JSON; anything else as it stands, and as it reads without markup."""
    with contextlib.suppress(ValueError):
        yield from map(squeezed, texts_of(json.loads(page)))
        return
    bare = _STYLE.sub(" ", page)
    yield squeezed(bare)
    yield squeezed(html.unescape(_TAG.sub(" ", bare)))


def texts_of(value: object) -> Iterator[str]:
    """Every string of a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *texts_of(item))
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)


def public_texts(folder: Path) -> dict[str, str]:
    """What every candidate has of a challenge: the brief and the kit."""
    kit = hidden_texts(folder / "starter") | hidden_texts(folder / "public")
    brief = folder / "brief.md"
    return kit | ({"brief.md": brief.read_text("utf-8")} if brief.exists() else {})


def hidden_texts(folder: Path) -> dict[str, str]:
    """Every file of a folder that is text, by its name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in _UNREADABLE:
            found[path.relative_to(folder).as_posix()] = path.read_text("utf-8", errors="replace")
    return found


def shared_runs(shown: str, hidden: Mapping[str, str], public: Iterable[str] = (), run: int = RUN) -> list[str]:
    """``file: text`` for each run of at least ``run`` characters that ``shown`` shares with a hidden file.

    A run that stands in one of the ``public`` texts too (the brief, the kit) is no secret.
    """
    known = {text[at : at + run] for text in map(squeezed, public) for at in range(len(text) - run + 1)}
    windows = {text[at : at + run] for text in readings(shown) for at in range(len(text) - run + 1)} - known
    found = []
    for name, text in hidden.items():
        body = squeezed(text)
        at = 0
        while at <= len(body) - run:
            end = at + run
            if body[at:end] not in windows:
                at += 1
                continue
            while end < len(body) and body[end - run + 1 : end + 1] in windows:
                end += 1
            found.append(f"{name}: {body[at:end]!r}")
            at = end
    return found
