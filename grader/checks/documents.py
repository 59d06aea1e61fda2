"""Lays what is written beside what was seen: sections, claims, scope. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from grader.challenge import Challenge, Source
from grader.challenge_work import ClaimSpec, ScopeItem, WantedSection
from grader.evidence import Evidence, Measure
from grader.evidence_work import Documents
from grader.scorecard import CheckScore
from grader.scorecard_work import ClaimFact, LeftOutFact, ScopeFact, SectionFact

_SEEN = 5
_NUMBER = re.compile(r"(?<![\w.@-])(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})(?![\w@-])\s?(%)?")
_GAP = 40
"""Characters between a metric's name and the number that is its value."""
_CLAIMS = 20
_SHARED = 2
"""Words that a sentence and a criterion must have in common to speak of the same."""
_WORD = re.compile(r"[a-z]{5,}")
_COMMON = {"which", "would", "there", "their", "every", "other", "before", "after", "about", "these", "those", "points"}


def sections(wanted: Sequence[WantedSection], documents: Documents) -> tuple[SectionFact, ...]:
    """Each wanted section with the first heading that names it (the one with most below it, of equals)."""
    found = []
    for section in wanted:
        hits = [h for h in documents.headings if any(_names(word, h.title) for word in section.words)]
        best = max(
            hits, key=lambda h: (h.words > 0, h.path.lower().startswith("readme"), h.level > 1, h.words), default=None
        )
        found.append(
            SectionFact(
                id=section.id,
                title=section.title,
                where=f"{best.path}:{best.line}" if best else "",
                heading=best.title if best else "",
                words=best.words if best else 0,
            )
        )
    return tuple(found)


def _names(word: str, heading: str) -> bool:
    return re.search(rf"\b{re.escape(word)}", heading, re.IGNORECASE) is not None


def claims(evidence: Evidence, checks: Sequence[CheckScore]) -> tuple[ClaimFact, ...]:
    """Numbers of the manifest and of the documents beside our measures of the same name."""
    specs = {spec.name: spec for spec in evidence.challenge.claims}
    found: list[ClaimFact] = []
    stated = evidence.manifest.claims if evidence.manifest else {}
    for name, value in sorted(stated.items()):
        spec = specs.get(name) or _same_name(name, checks)
        found.append(_claim(name, "takehome.toml", value, "", spec, checks))
    documents = evidence.work.documents if evidence.work else None
    for said in documents.statements if documents else ():
        for spec in evidence.challenge.claims:
            number = stated_number(said.text, spec.words)
            if number is not None:
                found.append(_claim(spec.name, f"{said.path}:{said.line}", number, said.text, spec, checks))
    return tuple(found[:_CLAIMS])


def _same_name(name: str, checks: Sequence[CheckScore]) -> ClaimSpec | None:
    """A claim that the challenge does not map stands beside the first measure of its name."""
    owner = next((check.id for check in checks if name in check.measures), None)
    return (
        ClaimSpec.model_construct(name=name, checks=(owner,), measure=name, words=(), tolerance=0.0) if owner else None
    )


def stated_number(text: str, words: Iterable[str]) -> float | None:
    """The first number that follows one of these names closely; a percentage becomes a share."""
    for word in words:
        at = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
        number = _NUMBER.search(text, at.end()) if at else None
        if at and number and number.start() - at.end() <= _GAP:
            return float(number[1]) / (100 if number[2] else 1)
    return None


def _claim(  # noqa: PLR0917 - one row, its fields
    name: str, where: str, value: float, quote: str, spec: ClaimSpec | None, checks: Sequence[CheckScore]
) -> ClaimFact:
    own = [check for check in checks if spec and check.id in spec.checks and spec.measure in check.measures]
    measure = _pooled([check.measures[spec.measure] for check in own]) if spec and own else None
    stands = "not_measured"
    if measure is not None and spec is not None:
        low = (measure.value if measure.low is None else measure.low) - spec.tolerance
        high = (measure.value if measure.high is None else measure.high) + spec.tolerance
        stands = "below" if value < low else "above" if value > high else "inside"
    return ClaimFact.model_validate(
        {
            "name": name,
            "where": where,
            "stated": value,
            "quote": quote,
            "measured": None if measure is None else measure.model_dump(),
            "stands": stands,
            "evidence": tuple(check.evidence for check in own),
        }
    )


def _pooled(found: Sequence[Measure]) -> Measure:
    """Of several samples the mean weighted by their sizes; the interval's ends are pooled alike."""
    if len(found) == 1:
        return found[0]
    weights = [measure.n or 1 for measure in found]

    def mean(values: Sequence[float]) -> float:
        return round(sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights), 4)

    return Measure(
        value=mean([m.value for m in found]),
        low=mean([m.value if m.low is None else m.low for m in found]),
        high=mean([m.value if m.high is None else m.high for m in found]),
        n=sum(weights),
        unit=found[0].unit,
    )


def scope(challenge: Challenge, documents: Documents | None) -> tuple[ScopeFact, ...]:
    """Where signs of each item were seen. Worth nothing either way."""
    return tuple(
        ScopeFact(id=item.id, title=item.title, kind=item.kind, seen=_signs(item, documents) if documents else ())
        for item in challenge.scope
    )


def _signs(item: ScopeItem, documents: Documents) -> tuple[str, ...]:
    seen = []
    for sign in item.signs:
        if sign.startswith("import:"):
            module = sign.removeprefix("import:")
            seen += (
                [f"{module} is imported in {documents.imports[module]} files"] if module in documents.imports else []
            )
        else:
            wanted = sign.casefold()
            seen += [
                path
                for path in documents.paths
                if fnmatchcase(path.casefold(), wanted) or fnmatchcase(path.casefold().rpartition("/")[2], wanted)
            ]
    return tuple(dict.fromkeys(seen))[:_SEEN]


def left_out(evidence: Evidence) -> tuple[LeftOutFact, ...]:
    """What the candidate names as left out, with the criteria that speak of the same: one loss, counted there."""
    named = evidence.manifest.left_out if evidence.manifest else ()
    words = {
        c.id: _words(f"{c.title} {c.asks} {c.candidate_text}")
        for c in evidence.challenge.criteria
        if c.source is not Source.REVIEW
    }
    return tuple(
        LeftOutFact(
            text=text, criteria=tuple(name for name, own in words.items() if len(own & _words(text)) >= _SHARED)
        )
        for text in named
    )


def _words(text: str) -> set[str]:
    """Long words cut to their beginnings, so that ``tests`` and ``tested`` meet."""
    return {word[:6] for word in _WORD.findall(text.lower()) if word not in _COMMON}
