"""Writes one ticket around its core: greeting, tone, everyday sentences, closing, signature, old mail, slips."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cores import BRACES, Pool, split

LASTING = ("plan", "hub", "pod", "tv", "sim", "place")
"""Slots that have one value in a ticket."""
START_WORDS = 6
MOST_SLIPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Subject and body as written."""

    subject: str
    body: str


@dataclass(slots=True)
class Composer:
    """Composes tickets from a pool.

    ``public`` composers leave out the subjects and sentences that hidden tickets alone may show; ``newest`` ones use
    the newest names of products.
    """

    rng: random.Random
    pool: Pool
    plan: dict[str, Any]
    public: bool
    newest: bool = False
    _values: dict[str, str] = field(default_factory=dict)
    _own: random.Random = field(default_factory=random.Random)
    """Each ticket has a source of its own, so that a change to one leaves the others as they are."""

    def ticket(self, core: str, category: str | None, *, plain: bool = False) -> Ticket:
        """A ticket whose core is of a category, or of none; a plain one has no sentences around it."""
        self._begin()
        core = self.fill(self._reworded(core))
        middle = [core] if plain else self._middle(core, category)
        parts = [self._maybe("greeting", "greetings"), " ".join(middle)]
        parts += [self._maybe("closing", "closings"), self._maybe("signature", "signatures")]
        body = self._slips("\n".join(part for part in parts if part))
        if self._chance("quote"):
            body += "\n\n" + self.fill(self._own.choice(self.pool.shared["quotes"]["texts"]))
        if self._chance("html"):
            body = self._marked_up(body)
        return Ticket(subject=self._slips(self._subject(core, category)), body=body)

    def foreign(self, core: str, category: str) -> Ticket:
        """A ticket in another language, of which nothing but the core and perhaps the subject is written."""
        self._begin()
        core = self.fill(core)
        return Ticket(
            subject=self._subject(core, category), body=f"{core}\n{self._maybe('signature', 'signatures')}".strip()
        )

    def empty(self) -> Ticket:
        """A ticket that says nothing."""
        self._begin()
        body = self._own.choice(self.pool.shared["empty"]["bodies"])
        return Ticket(subject=self._own.choice(["", "", "Help", "Hello", "Question"]), body=self.fill(body))

    def signature_only(self) -> str:
        """A body that is a signature alone."""
        self._begin()
        return self.fill(self._own.choice(self.pool.shared["signatures"]))

    def fill(self, text: str) -> str:
        """A text with values in place of its braces."""
        return BRACES.sub(lambda found: self._value(found[1]), text)

    def _begin(self) -> None:
        self._values = {}
        self._own = random.Random(self.rng.getrandbits(64))

    def _value(self, name: str) -> str:
        if "|" in name:
            return self._own.choice(name.split("|"))
        if name == "signature":
            return self.fill(self._own.choice(self.pool.shared["signatures"]))
        if name not in self._values or name not in LASTING:
            slots = self.pool.shared["slots"]
            if self.newest and name in self.pool.shared["new_slots"]:
                slots = self.pool.shared["new_slots"]
            self._values[name] = self._own.choice(slots[name])
        return self._values[name]

    def _reworded(self, core: str) -> str:
        """A core with other words for the same in some places."""
        words = self.pool.shared["words"]

        def other(found: re.Match[str]) -> str:
            if not self._chance("reworded"):
                return found[0]
            text = self._own.choice(words[found[0] if found[0] in words else found[0].lower()])
            return text[0].upper() + text[1:] if found[0][0].isupper() else text

        longest = sorted(words, key=len, reverse=True)
        pattern = rf"\b({'|'.join(map(re.escape, longest))})\b(?![^{{]*}})"
        return re.sub(pattern, other, core, flags=re.IGNORECASE)

    def _middle(self, core: str, category: str | None) -> list[str]:
        shares = self.plan["grammar"]["background"]
        count = self._own.choices(range(len(shares)), shares)[0]
        around = [self._aside(category) for _ in range(count)]
        tone = []
        if self._chance("tone"):
            tones = self.pool.shared["tones"]
            tone = [self._own.choice(self._open(tones[self._own.choice(sorted(tones))]))]
        place = self._own.randint(0, len(around))
        return list(dict.fromkeys([*tone, *around[:place], core, *around[place:]]))

    def _aside(self, category: str | None) -> str:
        """A sentence that belongs to no category, or names another one in passing."""
        texts = self.pool.shared["asides"]["neutral"]
        if self._chance("passing"):
            texts = self.pool.shared["passing"][self._other(category)]
        return self.fill(self._own.choice(self._open(texts)))

    def _other(self, category: str | None) -> str:
        return self._own.choice([name for name in self.pool.categories if name != category])

    def _open(self, texts: Sequence[str]) -> Sequence[str]:
        return split(tuple(texts))[0] if self.public else texts

    def _subject(self, core: str, category: str | None) -> str:
        shares = dict(self.plan["subjects"])
        if category is None:
            shares["own"] = 0
        kind = self._own.choices(list(shares), list(shares.values()))[0]
        if kind == "none":
            return ""
        if kind == "start":
            return " ".join(core.split()[:START_WORDS]).rstrip(".,:;?!") + "…"
        if kind == "general":
            return self.fill(self._own.choice(self.pool.shared["subjects"]))
        chosen = self.pool.categories[self._other(category) if kind == "other" or category is None else category]
        text = self.fill(self._own.choice(chosen.public_subjects() if self.public else chosen.subjects))
        return f"Re: {text}" if kind == "other" else text

    def _maybe(self, share: str, texts: str) -> str:
        return self.fill(self._own.choice(self.pool.shared[texts])) if self._chance(share) else ""

    def _chance(self, share: str) -> bool:
        return self._own.random() < self.plan["grammar"][share]

    def _slips(self, text: str) -> str:
        if self._chance("lower_case"):
            text = text.lower()
        if self._chance("typos"):
            for _ in range(self._own.randint(1, MOST_SLIPS)):
                text = slip(self._own, text)
        return text

    def _marked_up(self, body: str) -> str:
        lines = [html.escape(line, quote=False) for line in body.split("\n")]
        if self._own.random() < 0.5:
            return "<br>\n".join(lines)
        return "".join(f"<p>{line or '&nbsp;'}</p>" for line in lines)


def slip(rng: random.Random, text: str) -> str:
    """A text with one slip of the fingers: two letters swapped, one missing, or one twice."""
    places = [found.start() for found in re.finditer(r"[a-z]{2}", text)]
    if not places:
        return text
    at = rng.choice(places)
    one, two = text[at], text[at + 1]
    return text[:at] + rng.choice([two + one, one, one + one + two]) + text[at + 2 :]
