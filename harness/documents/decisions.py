"""Entries of a decision log: the choice, and the sentences that give alternative, reason, cost and number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from harness.documents.markdown import Block

_TITLE = re.compile(r"\b(decisions?|choices?|trade-?offs?|design rationale|why (?:we|i)|adr)\b", re.IGNORECASE)
_FILE = re.compile(r"(^|/)(decisions?|adrs?)(/|\.|$)|(^|/)adr[-_]?\d", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9`*“\"(])")
_PARTS = {
    "alternative": re.compile(
        r"\b(alternatives?|instead of|rather than|considered|other options?|could have|compared (?:to|with)|"
        r"versus|vs\.?|tried|over (?:a|an|the) )\b",
        re.IGNORECASE,
    ),
    "reason": re.compile(
        r"\b(because|since|so that|therefore|reasons?|in order to|as (?:it|this|the)|"
        r"which (?:keeps|gives|makes|lets))\b|, so ",
        re.IGNORECASE,
    ),
    "trade_off": re.compile(
        r"\b(trade-?offs?|costs?|downsides?|drawbacks?|wrong (?:when|from|if)|at the price|slower|loses?|limits?|"
        r"gives? up|would (?:have to|need)|not (?:found|possible|enough))\b",
        re.IGNORECASE,
    ),
    "measurement": re.compile(
        r"\b(measured?|benchmarks?|recall|precision|accuracy|ndcg|f1|p9\d|p50|latency|median|mean)\b[^.]*\d|"
        r"\d[\d.,]*\s?(ms|s|seconds?|%|percent|MB|GB|kB|tokens?|requests?|queries)\b|[@=~]\s?0?\.\d",
        re.IGNORECASE,
    ),
}
_MOST, _TEXT, _QUOTE, _CODES = 40, 1_500, 300, 30


@dataclass(slots=True)
class Entry:
    """One decision as it is written."""

    path: str
    line: int
    title: str
    text: str = ""
    codes: list[str] = field(default_factory=list)

    def row(self) -> dict[str, object]:
        """The entry with the sentences that its parts stand in."""
        text = " ".join(self.text.split())
        said = sentences(f"{self.title.rstrip('.:')}. {text}" if text else self.title)
        parts = {name: next((s[:_QUOTE] for s in said if pattern.search(s)), "") for name, pattern in _PARTS.items()}
        return {
            "path": self.path,
            "line": self.line,
            "title": self.title[:_QUOTE],
            "text": text[:_TEXT],
            "codes": [code[:100] for code in dict.fromkeys(self.codes)][:_CODES],
            **parts,
        }


def sentences(text: str) -> list[str]:
    """A paragraph's sentences, as far as a full stop before a capital tells them."""
    return _SENTENCE.split(text)


def entries(path: str, found: list[Block]) -> list[Entry]:
    """The entries of one document: items, headings or bold leads inside a section on decisions.

    In a file that is a decision log by its name, every second-level section is an entry, or the file itself is one.
    """
    whole = bool(_FILE.search(path))
    made: list[Entry] = []
    inside, top = whole, 1 if whole else 0
    entry: Entry | None = None
    for block in found:
        if block.kind == "heading":
            if not whole and inside and block.level <= top:
                inside, entry = False, None
            if not inside and _TITLE.search(block.text):
                inside, top, entry = True, block.level, None
            elif inside and block.level > top:
                entry = _add(made, path, block)
        elif inside and _begins(block):
            entry = _add(made, path, block)
        elif inside and entry is not None:
            entry.text += " " + block.text
            entry.codes += block.codes
    if whole and not made and found:
        made = [Entry(path=path, line=found[0].line, title=found[0].text)]
        made[0].text = " ".join(block.text for block in found[1:])
        made[0].codes = [code for block in found for code in block.codes]
    return [item for item in made if any(c.isalpha() for c in item.title + item.text)][:_MOST]


def _begins(block: Block) -> bool:
    return (block.kind == "item" and block.level == 1) or (block.kind == "paragraph" and bool(block.lead))


def _add(made: list[Entry], path: str, block: Block) -> Entry:
    title = block.lead or block.text
    rest = block.text[len(title) :].strip(" ,:;–-") if block.text.startswith(title) else block.text
    if block.kind != "heading" and not block.lead:
        title, _, rest = block.text.partition(". ")
    made.append(Entry(path=path, line=block.line, title=title, text=rest, codes=list(block.codes)))
    return made[-1]
