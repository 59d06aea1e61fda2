"""Views of scope, time and provenance: facts, never points."""

from __future__ import annotations

from grader.challenge import Decider
from grader.evidence import Identity
from grader.limits import Limits
from grader.record import Record
from grader.report import marks
from grader.report.atoms import Fact
from grader.report.behaviour import measure
from grader.report.marks import Anchors
from grader.report.text import count, line, measured, number, plain, seconds, size
from grader.report.views import AskView, ClaimView, LeftOutView, ProvenanceView, ScopeView, StageView
from grader.scorecard import CriterionScore, Scorecard, State
from grader.scorecard_work import ClaimFact

TEXT = 700
LEFT_OUT = 12
CLAIMS = 20
NOTES = 10
HOUR = 60
STANDS = {
    "inside": "within what we measured",
    "above": "above what we measured",
    "below": "below what we measured",
    "not_measured": "not comparable",
}


def scope(card: Scorecard, anchors: Anchors) -> ScopeView:
    """What was asked, what the candidate left out, and the hours."""
    return ScopeView(
        stated=_stated(card),
        budget=f"The brief's budget is {plain(card.time.budget_minutes / HOUR)} hours.",
        asks=tuple(_ask(criterion, anchors) for criterion in card.criteria),
        minutes=f"{sum(c.minutes for c in card.criteria)} min",
        left_out=_left_out(card, anchors),
        claims=_claims(card, anchors),
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


def _claims(card: Scorecard, anchors: Anchors) -> tuple[ClaimView, ...]:
    """Numbers that are stated, beside the measures that the challenge declares for them, or of the same name."""
    if card.work is not None:
        return tuple(_claim(claim, anchors) for claim in card.work.claims[:CLAIMS])
    measures = {
        name: (check.evidence, found)
        for group in reversed(card.groups)
        for check in reversed(group.checks)
        for name, found in check.measures.items()
    }
    views = []
    for name, value in sorted(card.claims.items())[:CLAIMS]:
        evidence, found = measures.get(name, ("", None))
        views.append(
            ClaimView(
                name=line(name, 100),
                where="takehome.toml",
                claimed=measured(value, found.unit if found else ""),
                measured=measure(found) if found else "not measured by us",
                stands="",
                link=anchors.link(evidence) if found else None,
            )
        )
    return tuple(views)


def _claim(claim: ClaimFact, anchors: Anchors) -> ClaimView:
    unit = claim.measured.unit if claim.measured else ""
    return ClaimView(
        name=line(claim.name, 100),
        where=line(claim.where, 160),
        claimed=measured(claim.stated, unit),
        measured=measure(claim.measured) if claim.measured else "not measured by us",
        stands=STANDS[claim.stands],
        link=anchors.link(claim.evidence[0]) if claim.evidence else None,
    )


def _left_out(card: Scorecard, anchors: Anchors) -> tuple[LeftOutView, ...]:
    titles = {criterion.id: criterion.title for criterion in card.criteria}
    spoken = {fact.text: fact.criteria for fact in card.work.left_out} if card.work else {}
    views = [
        LeftOutView(
            text=line(text, TEXT),
            criteria=tuple(anchors.link(f"criterion-{name}", titles[name]) for name in spoken.get(text, ())),
        )
        for text in card.left_out[:LEFT_OUT]
    ]
    left = len(card.left_out) - LEFT_OUT
    return (*views, *((LeftOutView(text=f"and {left:,} more in the JSON", criteria=()),) if left > 0 else ()))


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
    edition = f", edition {identity.edition}" if identity.edition else ""
    return (
        _fact("Grading", card.grading),
        Fact(label="Began", value=line(card.provenance.began_at)),
        Fact(label="Challenge", value=line(f"{identity.challenge} {identity.challenge_version}{edition}")),
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
