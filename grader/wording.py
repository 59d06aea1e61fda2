"""The words and the length of sentences that reach a candidate.

A sentence describes the submission and never the person, names no intent, and has at most twenty words. Authors meet
this in ``grader check``; our own templates, tables and error messages meet it in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.challenge import Challenge

LONGEST = 20
"""Words of a sentence."""
_NEVER = re.compile(
    r"\b(obviously|simply|just|poor|poorly|sloppy|sloppily|plagiar\w*|suspicious\w*|should\s+have|should've"
    r"|fail(?:ed|s|ing)?\s+to|culture\s+fit|cheat\w*|lazy|lazily|careless\w*|negligen\w*|dishonest\w*"
    r"|(?:AI|machine|LLM)[- ]?(?:generated|written)|incompetent\w*|amateur\w*|stupid\w*|trivial(?:ly)?|clearly)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"`[^`\n]*`|“[^”\n]*”|https?://\S+")
"""Code, quotations and addresses are one word each, and say what others said."""
_NUMBER = re.compile(r"(?<=\d)\.(?=\d)")
_ENDS = re.compile(r"[.!?…]+(?=\s|$|[)”\"'])|\n\s*\n|\n\s*[-*•|#]|\|")
_WORD = re.compile(r"[^\W_][\w'’%-]*")


def complaints(text: str, *, quoted: bool = False) -> Iterator[str]:
    """What is wrong with a text, a sentence each; of a sentence that is quoted from the brief only its words."""
    bare = _QUOTED.sub(" X ", text)
    yield from (f"says {match[0]!r}" for match in _NEVER.finditer(bare))
    if quoted:
        return
    for sentence in _ENDS.split(_NUMBER.sub(",", bare)):
        words = _WORD.findall(sentence)
        if len(words) > LONGEST:
            yield f"has a sentence of {len(words)} words: “{' '.join(words[:6])} …”"


def shown_to_candidates(challenge: Challenge) -> Iterator[tuple[str, str]]:
    """Every text of a rubric that stands in the candidate's edition, with its place."""
    yield "title", challenge.title
    for row in challenge.criteria:
        yield f"criterion {row.id} title", row.title
        yield f"criterion {row.id} asks", row.asks
        yield f"criterion {row.id} candidate_text", row.candidate_text
        yield from ((f"criterion {row.id} anchor {level}", text) for level, text in enumerate(row.anchors))
    for group in challenge.groups:
        yield f"group {group.id} title", group.title
        yield f"group {group.id} candidate_text", group.candidate_text
    for gate in challenge.gates:
        yield f"gate {gate.id} because", f"Limited to {gate.cap:g} because {gate.because}"
    yield from ((f"scope {item.id} title", item.title) for item in challenge.scope)
    yield from ((f"section {section.id} title", section.title) for section in challenge.documents.sections)


def challenge_complaints(challenge: Challenge) -> Iterator[str]:
    """What is wrong with a rubric's words, a line each."""
    for place, text in shown_to_candidates(challenge):
        yield from (f"{place} {problem}" for problem in complaints(text, quoted=place.endswith(" asks")))
