"""The page of two gradings of one submission: what changed and why."""

from __future__ import annotations

from dataclasses import dataclass

from grader.difference import Changed, difference
from grader.report.render import page
from grader.report.text import line, number
from grader.scorecard import Scorecard

TEXT = 500
KINDS = (("criterion", "Criteria"), ("gate", "Gates"), ("check", "Checks"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """Something that differs."""

    name: str
    before: str
    after: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """Something that came out otherwise."""

    title: str
    id: str
    change: str
    points: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """Changes of one kind."""

    title: str
    rows: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffView:
    """The whole page."""

    title: str
    challenge: str
    submission: str
    before: str
    after: str
    score_before: str
    score_after: str
    sentence: str
    reasons: tuple[ReasonView, ...]
    parts: tuple[PartView, ...]


def render_diff(before: Scorecard, after: Scorecard) -> str:
    """The page; raises UsageError ``diff.other_submission``."""
    return page("diff.html.j2", diff_view(before, after))


def diff_view(before: Scorecard, after: Scorecard) -> DiffView:
    """What the page may show; raises as :func:`render_diff`."""
    found = difference(before, after)
    return DiffView(
        title=line(f"Two gradings: {after.challenge_title}", 60),
        challenge=line(after.challenge_title),
        submission=line(found.submission),
        before=line(found.before),
        after=line(found.after),
        score_before="–" if found.score_before is None else number(found.score_before),
        score_after="–" if found.score_after is None else number(found.score_after),
        sentence=line(found.sentence, TEXT),
        reasons=tuple(
            ReasonView(
                name=line(one.name), before=line(one.before), after=line(one.after), effect=line(one.effect, TEXT)
            )
            for one in found.reasons
        ),
        parts=tuple(
            PartView(title=title, rows=tuple(_change(one) for one in found.changed if one.kind == kind))
            for kind, title in KINDS
        ),
    )


def _change(one: Changed) -> ChangeView:
    points = ""
    if one.points_before is not None or one.points_after is not None:
        points = " → ".join("–" if p is None else number(p) for p in (one.points_before, one.points_after))
    return ChangeView(
        title=line(one.title),
        id=line(one.id, 64),
        change=f"{line(one.before, 60)} → {line(one.after, 60)}"
        if one.before != one.after
        else f"{line(one.after, 60)}, as before",
        points=points,
        why=line(one.why, TEXT),
    )
