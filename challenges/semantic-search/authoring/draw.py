"""Draws an edition from the cores: the same cores and seed give the same bytes.

An edition takes some of the articles, in an order of its own, a value for every slot, a wording for every
alternative, dates and versions that carry no meaning, and some of the questions that its articles can answer.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cores import BRACES, TYPES, Core, Pool, Question

HERE = Path(__file__).parent
EDITIONS = HERE.parent / "editions"
DATES = (dt.date(2023, 1, 2), dt.date(2025, 12, 20))
LONG_WORDS = (1550, 2150)
DEEP_WORDS = 300
"""A long article's paragraph lies deep when so many words stand before it: beyond what an encoder reads at once."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What ``editions.toml`` says."""

    articles: int
    questions: dict[str, int]
    seeds: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Articles and questions as a grading uses them."""

    articles: list[Row]
    queries: list[Row]

    def files(self) -> dict[str, str]:
        """The files of the edition by name."""
        return {"articles.jsonl": _lines(self.articles), "queries.jsonl": _lines(self.queries)}


def read_plan(path: Path = HERE / "editions.toml") -> Plan:
    """How editions are drawn."""
    return Plan(**tomllib.loads(path.read_text("utf-8")))


def draw(pool: Pool, plan: Plan, seed: int) -> Edition:
    """Draw one edition.

    Long articles are always in it; of the short ones a sample.
    """
    rng = random.Random(seed)
    long = [core for core in pool.cores.values() if core.paragraphs]
    short = [core for core in pool.cores.values() if not core.paragraphs]
    chosen = long + rng.sample(short, plan.articles - len(long))
    rng.shuffle(chosen)
    values = Values(rng)
    writer = _Writer(rng, values, pool.general)
    articles = {core.id: writer.article(core, f"kb-{number:04}") for number, core in enumerate(chosen, start=1)}
    asked = [
        (core, question) for kind in TYPES for core, question in _questions(rng, kind, chosen, plan.questions[kind])
    ]
    rng.shuffle(asked)
    queries = [
        {
            "id": f"q-{number:04}",
            "type": question.type,
            "text": values.fill(core, question.text),
            "judgments": {
                articles[name]["id"]: grade
                for name, grade in {core.id: question.grade, **question.also}.items()
                if name in articles
            },
        }
        for number, (core, question) in enumerate(asked, start=1)
    ]
    return Edition(articles=list(articles.values()), queries=queries)


def _questions(rng: random.Random, kind: str, chosen: list[Core], most: int) -> list[tuple[Core, Question]]:
    """Questions of one type: first one for each article in random order, then second ones, until there are enough."""
    piles = [
        (core, rng.sample(own, len(own))) for core in chosen if (own := [q for q in core.questions if q.type == kind])
    ]
    rng.shuffle(piles)
    rounds = max((len(own) for _, own in piles), default=0)
    row = [(core, own[turn]) for turn in range(rounds) for core, own in piles if turn < len(own)]
    return row[:most]


@dataclass(slots=True)
class Values:
    """The edition's values of slots and wordings, drawn when they are first needed; no code is drawn twice."""

    rng: random.Random
    drawn: dict[tuple[str, str], str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def fill(self, core: Core, text: str) -> str:
        """A text of a core with values in place of its braces."""
        return BRACES.sub(lambda found: self._value(core, found[1]), text)

    def _value(self, core: Core, name: str) -> str:
        key = (core.id, name)
        if key not in self.drawn:
            slot = name.split("|") if "|" in name else core.slots[name]
            self.drawn[key] = self.rng.choice(slot) if isinstance(slot, list) else self._code(slot)
        return self.drawn[key]

    def _code(self, pattern: str) -> str:
        """A code after a pattern, in which ``#`` is a digit and ``##`` begins with no zero."""
        while True:
            code = re.sub("#", lambda _: str(self.rng.randrange(1, 10)), pattern)
            if code not in self.codes:
                self.codes.add(code)
                return code


@dataclass(slots=True)
class _Writer:
    rng: random.Random
    values: Values
    general: tuple[str, ...]

    def article(self, core: Core, article_id: str) -> Row:
        text = self._long(core) if core.paragraphs else core.text
        first, last = DATES
        day = first + dt.timedelta(days=self.rng.randrange((last - first).days))
        return {
            "id": article_id,
            "title": self.values.fill(core, core.title),
            "text": self.values.fill(core, text),
            "metadata": {
                "area": core.area,
                "audience": core.audience,
                "version": self.rng.randint(1, 4),
                "updated": day.isoformat(),
            },
        }

    def _long(self, core: Core) -> str:
        """The core's own paragraphs in their order, the asked ones deep, with shared ones strewn between."""
        asked = min(question.paragraph or 0 for question in core.questions if question.type == "long")
        row = list(core.paragraphs)
        spare = self.rng.sample(self.general, len(self.general))
        while _words(row[: row.index(core.paragraphs[asked])]) < DEEP_WORDS:
            row.insert(self.rng.randint(0, row.index(core.paragraphs[asked])), spare.pop())
        wanted = self.rng.randint(*LONG_WORDS)
        while _words(row) < wanted and spare:
            row.insert(self.rng.randint(1, len(row)), spare.pop())
        return "\n\n".join(row)


def _words(paragraphs: list[str]) -> int:
    return sum(len(paragraph.split()) for paragraph in paragraphs)


def _lines(rows: list[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
