"""What changed between two gradings of one submission, and why: commit, challenge, harness, seeds, overrides. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from grader.errors import UsageError, printable
from grader.scorecard import CheckScore, CriterionScore, Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Something that a grading rests on and that differs."""

    name: str
    before: str
    after: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A criterion, check or gate that came out otherwise."""

    kind: str
    id: str
    title: str
    before: str
    after: str
    points_before: float | None
    points_after: float | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two gradings of one submission."""

    submission: str
    before: str
    after: str
    """Ids of the gradings."""
    score_before: float | None
    score_after: float | None
    sentence: str
    reasons: tuple[Reason, ...]
    changed: tuple[Changed, ...]

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


_EFFECTS = (
    ("commit", "Commit", "The submission itself is another."),
    ("challenge_version", "Challenge version", "The rubric or the hidden checks are others."),
    ("challenge_digest", "Challenge digest", "The rubric, the hidden checks or the kit differ."),
    ("harness_digest", "Harness digest", "What measures is another."),
    ("grader_version", "Grader version", "What judges is another."),
    ("seed", "Seed", "Other values were drawn; results may move within their noise."),
    ("runtime", "Runtime", "The containers ran in another runtime."),
)


def difference(before: Scorecard, after: Scorecard) -> Difference:
    """What changed from one grading to the other.

    Raises:
        UsageError: ``diff.other_submission``.
    """
    if before.submission.url != after.submission.url or before.challenge != after.challenge:
        raise UsageError(
            "diff.other_submission",
            f"{printable(before.submission.url)} for {before.challenge} and {printable(after.submission.url)} for"
            f" {after.challenge} are not one submission.",
            next_step="Name two gradings of one repository, or put submissions beside each other with grader compare.",
        )
    reasons = (*_reasons(before, after), *_overrides(before, after))
    changed = (*_criteria(before, after), *_gates(before, after), *_checks(before, after))
    return Difference(
        submission=before.submission.url,
        before=before.grading,
        after=after.grading,
        score_before=before.score,
        score_after=after.score,
        sentence=_sentence(before, after, reasons, changed),
        reasons=reasons,
        changed=changed,
    )


def _reasons(before: Scorecard, after: Scorecard) -> Iterator[Reason]:
    old, new = before.provenance.identity, after.provenance.identity
    for field, name, effect in _EFFECTS:
        a, b = str(getattr(old, field)), str(getattr(new, field))
        if a != b:
            yield Reason(name=name, before=a, after=b, effect=effect)
    for role in sorted(old.images.keys() | new.images.keys()):
        a, b = old.images.get(role, "none"), new.images.get(role, "none")
        if a != b:
            yield Reason(name=f"Image {role}", before=a, after=b, effect="A container was made from another image.")
    if old.limits != new.limits:
        mine, theirs = old.limits.model_dump(), new.limits.model_dump()
        names = [name for name in mine if mine[name] != theirs[name]]
        yield Reason(
            name="Limits",
            before=", ".join(f"{name} {mine[name]}" for name in names),
            after=", ".join(f"{name} {theirs[name]}" for name in names),
            effect="Time or room was another.",
        )


def _overrides(before: Scorecard, after: Scorecard) -> Iterator[Reason]:
    """Levels that a person set in one of the two and not in the other."""
    known = {row.id: row for row in before.criteria}
    for row in after.criteria:
        old = known[row.id].overrides if row.id in known else ()
        for step in row.overrides:
            if not any((step.by, step.at, step.level) == (one.by, one.at, one.level) for one in old):
                was = "not assessed" if step.before is None else f"level {step.before}"
                yield Reason(
                    name=f"Override of {row.title}",
                    before=was,
                    after=f"level {step.level}",
                    effect=f"Set by {step.by} on {step.at[:10]}: {step.why}",
                )


def _criteria(before: Scorecard, after: Scorecard) -> Iterator[Changed]:
    old = {row.id: row for row in before.criteria}
    new = {row.id: row for row in after.criteria}
    for name in dict.fromkeys((*old, *new)):
        a, b = old.get(name), new.get(name)
        if a is None or b is None or (a.points, a.level, a.weight) != (b.points, b.level, b.weight):
            some = b or a
            yield Changed(
                kind="criterion",
                id=name,
                title=some.title if some else name,
                before=_level(a),
                after=_level(b),
                points_before=a.points if a else None,
                points_after=b.points if b else None,
                why=_why(a, b),
            )


def _level(row: CriterionScore | None) -> str:
    if row is None:
        return "not in the rubric"
    return row.state.value.replace("_", " ") if row.level is None else f"level {row.level}"


def _why(a: CriterionScore | None, b: CriterionScore | None) -> str:
    if b is None:
        return "The criterion was dropped."
    if a is None:
        return "The criterion is new."
    if b.overrides != a.overrides and b.overrides:
        return f"A person set the level: {b.overrides[-1].why}"
    return f"Before: {a.why} After: {b.why}" if a.why != b.why else b.why


def _gates(before: Scorecard, after: Scorecard) -> Iterator[Changed]:
    old = {gate.id: gate for gate in before.gates}
    for gate in after.gates:
        was = old[gate.id].state if gate.id in old else "not in the rubric"
        if was != gate.state:
            yield Changed(
                kind="gate",
                id=gate.id,
                title=gate.title,
                before=was.replace("_", " "),
                after=gate.state.replace("_", " "),
                points_before=None,
                points_after=None,
                why=gate.sentence,
            )


def _checks(before: Scorecard, after: Scorecard) -> Iterator[Changed]:
    old, new = ({c.id: c for group in card.groups for c in group.checks} for card in (before, after))
    for name in dict.fromkeys((*old, *new)):
        a, b = old.get(name), new.get(name)
        if _outcome(a) != _outcome(b):
            some = b or a
            yield Changed(
                kind="check",
                id=name,
                title=some.title if some else name,
                before=_outcome(a),
                after=_outcome(b),
                points_before=_points(a),
                points_after=_points(b),
                why=b.message if b and b.message else f"Before: {a.message}" if a and a.message else "",
            )


def _outcome(check: CheckScore | None) -> str:
    if check is None:
        return "not in the rubric"
    share = f" {check.share:.2f}" if check.share is not None and 0 < check.share < 1 else ""
    return check.state.value.replace("_", " ") + share


def _points(check: CheckScore | None) -> float | None:
    return None if check is None or check.share is None else round(check.share * check.weight, 4)


def _sentence(before: Scorecard, after: Scorecard, reasons: tuple[Reason, ...], changed: tuple[Changed, ...]) -> str:
    a, b = ("not scored" if card.score is None else f"{card.score:.1f}" for card in (before, after))
    score = f"The score stayed at {b}." if a == b else f"The score went from {a} to {b}."
    if reasons:
        names = ", ".join(dict.fromkeys(reason.name[0].lower() + reason.name[1:] for reason in reasons))
        return f"{score} What differs: {names}."
    if changed:
        return f"{score} Nothing that a grading rests on differs: this is the noise of measuring."
    return f"{score} Nothing differs."
