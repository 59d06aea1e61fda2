"""What the authors wrote: cores, from which tickets are drawn.

``cores/<category>.toml`` holds a category's intents, each with its phrasings. Of these, 60 % are *seen*: they may stand
in the training file. The rest is *unseen* and stands in hidden tickets alone. ``checked`` phrasings are a third pool,
which the validation file alone takes from. ``new`` wordings are of the newest tickets.
In texts ``{name}`` is a slot, whose value is drawn; ``{one wording|another}`` are alternatives.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cores"
SHARED = "shared.toml"
BRACES = re.compile(r"\{([^{}]+)\}")
SEEN_SHARE = 0.6
FEWEST_PHRASINGS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One kind of request within a category."""

    id: str
    seen: tuple[str, ...]
    unseen: tuple[str, ...]
    checked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """All that is written for one category."""

    name: str
    intents: tuple[Intent, ...]
    subjects: tuple[str, ...]
    new: tuple[str, ...]
    languages: dict[str, tuple[str, ...]]
    also: dict[str, tuple[str, ...]]
    """Phrasings for which a reader would accept other categories too, and which."""

    def phrasings(self, kind: str) -> list[str]:
        """Every phrasing of one kind: seen, unseen or checked."""
        return [text for intent in self.intents for text in getattr(intent, kind)]

    def accepted(self, text: str) -> list[str]:
        """The categories that are right for a phrasing, its own first."""
        return [self.name, *self.also.get(text, ())]

    def public_subjects(self) -> tuple[str, ...]:
        """The subjects that the public files take from."""
        return split(self.subjects)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All categories by name, in order of the alphabet, and what they share."""

    categories: dict[str, Category]
    shared: dict[str, Any]


def split(texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The seen and the unseen part of some texts: by their digests, so that no author chooses."""
    order = sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())
    seen = set(order[: math.ceil(SEEN_SHARE * len(order))])
    return tuple(t for t in texts if t in seen), tuple(t for t in texts if t not in seen)


def read(folder: Path = FOLDER) -> Pool:
    """Every core of a folder.

    Raises:
        ValueError: a text stands twice, braces name no slot, or an intent has too few phrasings.
    """
    shared = tomllib.loads((folder / SHARED).read_text("utf-8"))
    paths = [path for path in sorted(folder.glob("*.toml")) if path.name != SHARED]
    pool = Pool(
        categories={path.stem: _category(path.stem, tomllib.loads(path.read_text("utf-8"))) for path in paths},
        shared=shared,
    )
    for problem in _problems(pool):
        raise ValueError(problem)
    return pool


def _category(name: str, table: dict[str, Any]) -> Category:
    intents = []
    for row in table["intent"]:
        seen, unseen = split(tuple(row["phrasings"]))
        intents.append(Intent(id=row["id"], seen=seen, unseen=unseen, checked=tuple(row["checked"])))
    return Category(
        name=name,
        intents=tuple(intents),
        subjects=tuple(table["subjects"]),
        new=tuple(table["new"]["phrasings"]),
        languages={language: tuple(texts) for language, texts in table["languages"].items()},
        also={text: tuple(names) for text, names in table.get("also", {}).items()},
    )


def _problems(pool: Pool) -> Iterator[str]:
    known = set(pool.shared["slots"])
    texts: list[str] = []
    for name, category in pool.categories.items():
        for intent in category.intents:
            if len(intent.seen) + len(intent.unseen) < FEWEST_PHRASINGS:
                yield f"{name}, {intent.id}: fewer than {FEWEST_PHRASINGS} phrasings"
            texts += [*intent.seen, *intent.unseen, *intent.checked]
        for text in set(category.also) - set(texts):
            yield f"{name}: {text!r} accepts others, yet is no phrasing"
        texts += [*category.new, *(text for own in category.languages.values() for text in own)]
    texts += pool.shared["out_of_scope"]["phrasings"]
    for text in texts:
        if texts.count(text) > 1:
            yield f"{text!r} stands twice"
        if wrong := {slot for slot in BRACES.findall(text) if "|" not in slot} - known:
            yield f"{text!r} names no slot by {', '.join(wrong)}"
