"""What the authors wrote: cores, from which editions are drawn.

A core is one article with its questions (``cores/*.toml``, one file per area of the product, long articles apart).
In its texts ``{name}`` is a slot: the edition draws its value, the same in the article and its questions.
``{one wording|another}`` are alternatives, of which the edition takes one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cores"
TYPES = ("paraphrase", "keyword", "identifier", "acronym", "long", "negation", "typo")
BRACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as written, and what is judged for it: the core itself with ``grade``, others with theirs."""

    type: str
    text: str
    grade: int = 3
    also: dict[str, int] = field(default_factory=dict)
    paragraph: int | None = None
    """Of a long article: which of its own paragraphs holds the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """An article as written. A long one has ``paragraphs`` of its own in place of a ``text``."""

    id: str
    area: str
    title: str
    audience: str
    text: str
    paragraphs: tuple[str, ...]
    slots: dict[str, str | list[str]]
    questions: tuple[Question, ...]

    @property
    def whole(self) -> str:
        """Title and text with all alternatives, and all values that are written out."""
        values = " ".join(value for slot in self.slots.values() if isinstance(slot, list) for value in slot)
        written = " ".join([self.title, self.text, *self.paragraphs])
        return BRACES.sub(lambda found: found[1].replace("|", " ") if "|" in found[1] else " ", written) + " " + values


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All cores by id, and the paragraphs that long articles share."""

    cores: dict[str, Core]
    general: tuple[str, ...]


def read(folder: Path = FOLDER) -> Pool:
    """Every core of a folder.

    Raises:
        ValueError: two cores have one id, a field is unknown or missing, or braces name no slot.
    """
    cores: dict[str, Core] = {}
    general: tuple[str, ...] = ()
    for path in sorted(folder.glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        general += tuple(table.get("general", ()))
        for row in table["core"]:
            core = _core(row, path.stem)
            if core.id in cores:
                raise ValueError(f"{path.name}: the id {core.id} stands twice")
            cores[core.id] = core
    for core in cores.values():
        for problem in _problems(core, cores):
            raise ValueError(f"{core.id}: {problem}")
    return Pool(cores=cores, general=general)


def _core(row: dict[str, Any], area: str) -> Core:
    asked = [question for kind in TYPES for one in row.pop(kind, ()) for question in [_question(kind, one)]]
    core = Core(
        id=row.pop("id", None) or re.sub(r"[^a-z0-9]+", "-", row["title"].lower()).strip("-"),
        area=row.pop("area", area),
        title=row.pop("title"),
        audience=row.pop("audience"),
        text=row.pop("text", "").strip(),
        paragraphs=tuple(row.pop("paragraphs", ())),
        slots=row.pop("slots", {}),
        questions=tuple(asked),
    )
    if row:
        raise ValueError(f"{core.id}: unknown fields {', '.join(row)}")
    return core


def _question(kind: str, written: str | dict[str, Any]) -> Question:
    return Question(type=kind, text=written) if isinstance(written, str) else Question(type=kind, **written)


def _problems(core: Core, cores: dict[str, Core]) -> Iterator[str]:
    texts = [core.title, core.text, *core.paragraphs, *(question.text for question in core.questions)]
    names = {name for text in texts for name in BRACES.findall(text) if "|" not in name}
    if names != set(core.slots):
        yield f"slots {sorted(core.slots)} and braces {sorted(names)} differ"
    if bool(core.text) == bool(core.paragraphs):
        yield "an article has either a text or paragraphs"
    for question in core.questions:
        if question.also.keys() - cores.keys():
            yield f"{question.text!r} also judges an unknown core"
        if (question.paragraph is not None) != (question.type == "long"):
            yield f"{question.text!r}: long questions, and no others, name a paragraph"
