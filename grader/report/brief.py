"""Views of the brief and the rubric."""

from __future__ import annotations

from grader.challenge import Decider
from grader.errors import Blame
from grader.report import marks
from grader.report.atoms import Bar, Fact, Legend, Link, Mark, Segment
from grader.report.marks import Anchors
from grader.report.text import count, line, number, plain
from grader.report.views import (
    Banner,
    BriefView,
    CriterionView,
    GateView,
    Limit,
    OverrideView,
    PointView,
    RubricView,
)
from grader.scorecard import CriterionScore, GateScore, OverrideScore, Point, Scorecard, State, Status

TEXT = 700
POINTS = 3
LINKS = 2
TOP_LEVEL = 4
ALMOST_NOTHING = 0.05
"""Below what one decimal shows."""


def brief(card: Scorecard, anchors: Anchors) -> BriefView:
    """Ten seconds: the score, what limits it, what it rests on."""
    bar, legend = _weights(card)
    return BriefView(
        challenge=line(card.challenge_title),
        submission=line(card.submission.url),
        commit=line(card.submission.commit[:12]) or "none fetched",
        facts=(
            Fact(label="Commit", value=line(card.submission.commit[:12]) or "none fetched", code=True),
            Fact(label="Challenge", value=line(f"{card.challenge} {card.challenge_version}")),
            Fact(
                label="Graded",
                value=_when(card.provenance.began_at),
            ),
            Fact(label="Grading", value=line(card.grading), code=True),
        ),
        banner=_banner(card),
        score=None if card.score is None else number(card.score),
        score_note=_score_note(card),
        bar=_score_bar(card),
        limit=_limit(card, anchors),
        assessed=_assessed(card),
        weight_bar=bar,
        legend=legend,
        counts=_counts(card),
        gates=tuple(_gate(gate, anchors) for gate in card.gates),
        strengths=tuple(_point(point, anchors) for point in card.strengths[:POINTS]),
        concerns=tuple(_point(point, anchors) for point in card.concerns[:POINTS]),
    )


def _score_note(card: Scorecard) -> str:
    if card.score is None:
        return "Not scored"
    return {
        Status.GRADED: "",
        Status.NOT_GRADABLE: "Not gradable",
        Status.INCOMPLETE: "Not final",
    }[card.status]


def _banner(card: Scorecard) -> Banner | None:
    if not marks.has_failure(card):
        return None
    blame = card.failure.blame if card.failure else Blame.INFRASTRUCTURE
    mark, heading = {
        Blame.CANDIDATE: (marks.FAILED, "Not gradable as it stands"),
        Blame.CHALLENGE: (marks.GRADER_ERROR, "Incomplete: the challenge is at fault; this was not scored"),
        Blame.INFRASTRUCTURE: (marks.GRADER_ERROR, "Incomplete: our runner stopped; this was not scored"),
    }[blame]
    if blame is not Blame.CANDIDATE and card.score is not None:
        heading = heading.replace("; this was not scored", "; the score is not final")
    if card.failure is None:
        return Banner(
            mark=mark,
            heading=heading,
            sentence="Too much of the weight could not be assessed; the rubric says why.",
            next_step="Grade again.",
            where="",
        )
    return Banner(
        mark=Mark(css=mark.css, icon=mark.icon, word=""),
        heading=heading,
        sentence=line(card.failure.message, TEXT),
        next_step=line(card.failure.next_step, TEXT),
        where=f"Stage {line(card.failure.stage)}, code {line(card.failure.code)}",
    )


def _score_bar(card: Scorecard) -> Bar | None:
    if card.score is None:
        return None
    earned = card.score if card.earned is None else max(card.earned, card.score)
    sentence = f"Score {number(card.score)} of 100."
    segments = [Segment(css="got", start=0, length=_mille(card.score))]
    if earned - card.score >= ALMOST_NOTHING:
        sentence += (
            f" {number(earned - card.score)} points were earned and do not count, because a gate limits the score."
        )
        segments.append(Segment(css="lost", start=_mille(card.score), length=_mille(earned) - _mille(card.score)))
        return Bar(sentence=sentence, segments=tuple(segments), tick=_mille(card.score))
    return Bar(sentence=sentence, segments=tuple(segments))


def _mille(of_hundred: float) -> int:
    return round(min(max(of_hundred, 0.0), 100.0) * 10)


def _limit(card: Scorecard, anchors: Anchors) -> Limit | None:
    gate = next((gate for gate in card.gates if gate.id == card.limited_by), None)
    if gate is None or card.earned is None:
        return None
    reason = line(gate.sentence, TEXT).rstrip(".") + "."
    if not reason.startswith("Limited to "):
        reason = f"Limited to {plain(gate.cap)}: {reason}"
    return Limit(
        sentence=f"Earned {number(card.earned)}; {reason[0].lower()}{reason[1:]}",
        link=anchors.link(f"gate-{gate.id}", f"Gate {line(gate.id, 64)}"),
    )


def _by(card: Scorecard, decider: Decider) -> float:
    return sum(c.assessed_weight for c in card.criteria if c.decided_by is decider)


def _earned_points(card: Scorecard) -> float:
    return sum(c.points or 0.0 for c in card.criteria)


def _assessed(card: Scorecard) -> tuple[str, ...]:
    """What the score is out of; the parts that nobody assessed are no zeros."""
    by_people = _by(card, Decider.PEOPLE)
    who = "the harness has" if by_people < ALMOST_NOTHING else "the harness and people have"
    if card.assessed_weight < ALMOST_NOTHING:
        sentences = ["Nothing was assessed (0 of 100 weight)."]
    else:
        of = plain(card.assessed_weight)
        points = number(_earned_points(card))
        sentences = [f"{points} out of {of} points that {who} assessed so far ({of} of 100 weight)."]
    if card.awaiting_people >= ALMOST_NOTHING:
        sentences.append(f"{plain(card.awaiting_people)} weight awaits people and is not in the score yet.")
    unknown = _unknown(card)
    if unknown >= ALMOST_NOTHING and card.assessed_weight >= ALMOST_NOTHING:
        sentences.append(f"{plain(unknown)} weight was not assessed. It is left out, not counted as zero.")
    return tuple(sentences)


def _unknown(card: Scorecard) -> float:
    return 100 - card.assessed_weight - card.awaiting_people


def _weights(card: Scorecard) -> tuple[Bar, tuple[Legend, ...]]:
    parts = (
        ("harness", _by(card, Decider.HARNESS), "assessed by the harness"),
        ("people", _by(card, Decider.PEOPLE), "assessed by people"),
        ("waits", card.awaiting_people, "awaits people"),
        ("unknown", _unknown(card), "not assessed"),
    )
    start, segments, legend = 0, [], []
    for css, weight, text in parts:
        if weight < ALMOST_NOTHING:
            continue
        segments.append(Segment(css=css, start=start, length=_mille(weight)))
        legend.append(Legend(css=css, weight=plain(weight), text=text))
        start += _mille(weight)
    sentence = "Of 100 weight: " + ", ".join(f"{part.weight} {part.text}" for part in legend) + "."
    return Bar(sentence=sentence, segments=tuple(segments)), tuple(legend)


def _counts(card: Scorecard) -> tuple[Fact, ...]:
    states = [check.state for group in card.groups for check in group.checks]
    closed = sum(gate.state == "closed" for gate in card.gates)
    judged = any(gate.state != "not_assessed" for gate in card.gates)
    scored = sum(card.code.by_category.get(name, 0) for name in card.code.scored_categories) if card.code else 0
    return (
        Fact(label="Checks passed", value=f"{states.count(State.PASSED)} of {len(states)}" if states else "none ran"),
        Fact(label="Gates that limit", value=f"{closed} of {len(card.gates)}" if judged else "not assessed"),
        Fact(label="Scored code findings", value=f"{scored:,}" if card.code else "not assessed"),
        Fact(label="Decided by people", value=_reviews(card)),
    )


def _reviews(card: Scorecard) -> str:
    people = [c for c in card.criteria if c.decided_by is Decider.PEOPLE]
    done = sum(c.assessed_weight >= ALMOST_NOTHING for c in people)
    return f"{done} of {count(len(people), 'criterion', 'criteria')}" if people else "none needed"


def _gate(gate: GateScore, anchors: Anchors) -> GateView:
    mark = {
        "open": Mark(css="passed", icon="✓", word="No limit"),
        "closed": Mark(css="failed", icon="✕", word=f"At most {plain(gate.cap)}"),
        "not_assessed": marks.NOT_ASSESSED,
    }[gate.state]
    own = f"gate-{gate.id}"
    return GateView(
        anchor=anchors.id(own),
        mark=mark,
        id=line(gate.id, 64),
        title=line(gate.title, TEXT),
        sentence=line(gate.sentence, TEXT),
        link=anchors.link(gate.evidence) if gate.evidence not in ("", own) else None,
    )


def _point(point: Point, anchors: Anchors) -> PointView:
    return PointView(text=line(point.text, TEXT), link=anchors.link(point.evidence))


def rubric(card: Scorecard, anchors: Anchors) -> RubricView:
    """One minute: every criterion, its level, and what the next level would have added."""
    states = {check.evidence: check.state for group in card.groups for check in group.checks}
    formula = "Points = weight × share. Earned = 100 × points ÷ weight assessed"
    if card.assessed_weight >= ALMOST_NOTHING and card.earned is not None:
        formula += f" = 100 × {number(_earned_points(card))} ÷ {plain(card.assessed_weight)} = {number(card.earned)}"
    return RubricView(
        formula=f"{formula}. A closed gate caps it. Not assessed is left out.",
        rows=tuple(_criterion(criterion, anchors, states) for criterion in card.criteria),
        total_weight=plain(sum(c.weight for c in card.criteria)),
        total_points=f"{number(_earned_points(card))} of {plain(card.assessed_weight)} assessed",
    )


def _criterion(criterion: CriterionScore, anchors: Anchors, states: dict[str, State]) -> CriterionView:
    people = criterion.decided_by is Decider.PEOPLE
    waits = people and criterion.state is State.NOT_ASSESSED
    ranked = sorted(criterion.evidence, key=lambda name: states.get(name) is State.PASSED)
    links: list[Link] = [anchors.link(name) for name in ranked]
    cut = criterion.assessed_weight - criterion.weight
    return CriterionView(
        anchor=anchors.id(f"criterion-{criterion.id}"),
        title=line(criterion.title, TEXT),
        decided_by="People decide" if people else "Harness decides",
        minutes=f"{criterion.minutes} min",
        weight=plain(criterion.weight),
        points="–" if criterion.points is None else number(criterion.points),
        partial=f"{plain(criterion.assessed_weight)} assessed"
        if cut < -ALMOST_NOTHING and criterion.points is not None
        else "",
        bar=_share_bar(criterion),
        mark=marks.AWAITS_PEOPLE if waits else marks.OF_STATE[criterion.state],
        level="" if criterion.level is None else f"Level {criterion.level}",
        level_text=line(criterion.level_text, TEXT),
        next_level=_next_level(criterion),
        why=line(criterion.why, TEXT),
        overrides=tuple(_override(step) for step in criterion.overrides),
        evidence=tuple(links[:LINKS]),
        more=tuple(links[LINKS:]),
    )


def _override(step: OverrideScore) -> OverrideView:
    before = "not assessed" if step.before is None else str(step.before)
    points = "–" if step.points_before is None else number(step.points_before)
    return OverrideView(
        change=f"{before} → {step.level}",
        points=f"{points} → {number(step.points)} points",
        by=line(step.by, 100),
        why=line(step.why, TEXT),
        at=_when(step.at),
    )


def _when(moment: str) -> str:
    return line(moment.replace("T", " ").replace("Z", " UTC").replace("+00:00", " UTC"), 60)


def _next_level(criterion: CriterionScore) -> str:
    if criterion.level is None or criterion.level >= TOP_LEVEL or not criterion.next_level_text:
        return ""
    return f"level {criterion.level + 1}: {line(criterion.next_level_text, TEXT)}"


def _share_bar(criterion: CriterionScore) -> Bar | None:
    if criterion.share is None or criterion.points is None:
        return None
    sentence = f"{number(criterion.points)} of {plain(criterion.assessed_weight)} points."
    return Bar(sentence=sentence, segments=(Segment(css="got", start=0, length=_mille(criterion.share * 100)),))
