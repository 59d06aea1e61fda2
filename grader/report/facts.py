"""Views of scope, time and provenance: facts, never points."""

from __future__ import annotations

from grader.challenge import Decider
from grader.evidence import Identity
from grader.limits import Limits
from grader.record import Record
from grader.report import marks
from grader.report.atoms import Fact, Link
from grader.report.behaviour import measure
from grader.report.marks import Anchors
from grader.report.text import count, line, measured, number, plain, seconds, size
from grader.report.views import AskView, ClaimView, ProvenanceView, ScopeView, StageView
from grader.scorecard import CriterionScore, Scorecard, State

TEXT = 700
LEFT_OUT = 12
CLAIMS = 20
NOTES = 10
HOUR = 60


def scope(card: Scorecard, anchors: Anchors) -> ScopeView:
    """What was asked, what the candidate left out, and the hours."""
    return ScopeView(
        stated=_stated(card),
        budget=f"The brief's budget is {plain(card.time.budget_minutes / HOUR)} hours.",
        asks=tuple(_ask(criterion, anchors) for criterion in card.criteria),
        minutes=f"{sum(c.minutes for c in card.criteria)} min",
        left_out=_some(card.left_out, LEFT_OUT),
        claims=tuple(_claim(name, value, card, anchors) for name, value in sorted(card.claims.items())[:CLAIMS]),
    )


def _stated(card: Scorecard) -> str:
    hours = card.time.stated_hours
    if hours is None:
        return "The candidate stated no hours."
    return f"The candidate stated {number(hours)} hours."


def _some(texts: tuple[str, ...], limit: int) -> tuple[str, ...]:
    left = len(texts) - limit
    return tuple(line(text, TEXT) for text in texts[:limit]) + ((f"and {left:,} more in the JSON",) if left > 0 else ())


def _ask(criterion: CriterionScore, anchors: Anchors) -> AskView:
    waits = criterion.decided_by is Decider.PEOPLE and criterion.state is State.NOT_ASSESSED
    return AskView(
        criterion=anchors.link(f"criterion-{criterion.id}", criterion.title),
        asks=line(criterion.asks, TEXT),
        minutes=f"{criterion.minutes} min",
        mark=marks.AWAITS_PEOPLE if waits else marks.OF_STATE[criterion.state],
    )


def _claim(name: str, value: float, card: Scorecard, anchors: Anchors) -> ClaimView:
    """A claim beside the measure of the same name, when a check has one."""
    found = next(
        (
            (check.evidence, check.measures[name])
            for group in card.groups
            for check in group.checks
            if name in check.measures
        ),
        None,
    )
    link: Link | None = anchors.link(found[0]) if found else None
    return ClaimView(
        name=line(name, 100),
        claimed=measured(value, found[1].unit if found else ""),
        measured=measure(found[1]) if found else "not measured by us",
        link=link,
    )


def provenance(card: Scorecard) -> ProvenanceView:
    """What this grading rests on, and the command that grades it again."""
    known = card.provenance
    return ProvenanceView(
        submission=_submission(card),
        grading=_grading(card, known.identity),
        engine=tuple(_fact(name, value) for name, value in sorted(known.engine.items())),
        limits=_limits(known.identity.limits),
        notes=_some(card.submission.notes, NOTES),
        stages=tuple(
            StageView(
                name=line(stage.stage, 60),
                began=seconds(stage.began_s),
                seconds=seconds(stage.seconds),
                note=line(stage.note),
            )
            for stage in known.stages
        ),
        command=line(known.command, TEXT),
        digest=card.digest(),
    )


def _fact(label: str, value: str) -> Fact:
    return Fact(label=line(label, 60), value=line(value) or "unknown", code=True)


def _submission(card: Scorecard) -> tuple[Fact, ...]:
    sent = card.submission
    return (
        _fact("Repository", sent.url),
        _fact("Commit", sent.commit or "none fetched"),
        _fact("Tree", sent.tree),
        Fact(label="Committed", value=line(sent.committed_at) or "unknown"),
        Fact(label="Message", value=line(sent.subject) or "unknown"),
        Fact(label="Size", value=f"{count(sent.files, 'file')}, {size(sent.bytes)}"),
    )


def _grading(card: Scorecard, identity: Identity) -> tuple[Fact, ...]:
    images = tuple(_fact(f"Image {role}", digest) for role, digest in sorted(identity.images.items()))
    return (
        _fact("Grading", card.grading),
        Fact(label="Began", value=line(card.provenance.began_at)),
        Fact(label="Challenge", value=line(f"{identity.challenge} {identity.challenge_version}")),
        _fact("Challenge digest", identity.challenge_digest),
        _fact("Harness digest", identity.harness_digest),
        Fact(label="Grader version", value=line(identity.grader_version)),
        Fact(label="Seed", value=str(identity.seed)),
        Fact(label="Runtime", value=line(identity.runtime)),
        *images,
        _fact("Evidence digest", card.provenance.evidence_digest),
        _fact("Identity", card.provenance.identity_key),
    )


def _limits(limits: Limits) -> tuple[Fact, ...]:
    facts = []
    for name in type(limits).model_fields:
        value = getattr(limits, name)
        if isinstance(value, Record):
            facts += [_limit(f"{name} {part}", getattr(value, part)) for part in type(value).model_fields]
        else:
            facts.append(_limit(name, value))
    return tuple(facts)


def _limit(name: str, value: float) -> Fact:
    if name.endswith("_bytes"):
        return Fact(label=name.removesuffix("bytes").replace("_", " ") + "size", value=size(int(value)))
    if name.endswith("_s"):
        return Fact(label=name.removesuffix("s").replace("_", " ") + "time", value=seconds(value))
    return Fact(label=name.replace("_", " "), value=plain(value))
