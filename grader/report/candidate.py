"""The candidate's edition: built up from allowed fields of the scorecard, never cut down from the reviewer's.

It holds no check's id, title, message or exchange, no log, no seed, nobody's name, and no free text of a reviewer.
What it says of hidden checks are counts per group; groups of fewer than three are put together.
"""

from __future__ import annotations

from grader.challenge import Decider
from grader.errors import Blame
from grader.report import marks
from grader.report.atoms import Bar, Fact, Mark, Segment
from grader.report.candidate_views import CandidateView, Checks, Notice, Row, Said
from grader.report.candidate_work import claims, code, documents, own_tests, sections
from grader.report.groups import groups
from grader.report.text import line, number, plain
from grader.scorecard import CriterionScore, GateScore, Scorecard, State, Status

TEXT = 700
SAID = 3
STRONG = 0.75
MOSTLY = 0.6
TOP_LEVEL = 4
ALMOST_NOTHING = 0.05
LEFT_OUT = 12
HOUR = 60
OURS = {
    Blame.CHALLENGE: "The challenge is at fault; this was not scored.",
    Blame.INFRASTRUCTURE: "Our runner stopped; this was not scored.",
}
FIRST_STEP = {
    Status.GRADED: "The harness measured what it can; people decide the rest by the levels above.",
    Status.NOT_GRADABLE: "It could not be run as it stands. A person looks at that before anything is decided.",
    Status.INCOMPLETE: "The same commit is graded again. Nothing is decided before that.",
}
NEXT_STEPS = (
    "A named person of the company that invited you decides, within the time that the invitation gives.",
    "If something here is wrong, answer the invitation with the reference above and the criterion's name.",
    "A person who has not marked this submission then looks at it again, and the answer comes in writing.",
)


def candidate_view(card: Scorecard) -> CandidateView:
    """Everything that a candidate may see."""
    sent, identity = card.submission, card.provenance.identity
    checks, note = groups(card)
    strengths = _strengths(card) or _best_groups(checks)
    return CandidateView(
        title=line(f"Feedback: {card.challenge_title}", 60),
        challenge=line(card.challenge_title),
        submission=line(sent.url),
        facts=(
            Fact(label="Commit", value=line(sent.commit[:12]) or "none fetched", code=True),
            Fact(label="Challenge", value=line(f"{card.challenge} {card.challenge_version}")),
            Fact(label="Graded", value=_when(card.provenance.began_at)),
            Fact(label="Reference", value=line(card.grading), code=True),
        ),
        notice=_notice(card),
        score=card.score,
        score_text="" if card.score is None else number(card.score),
        score_note=_score_note(card),
        bar=_score_bar(card),
        limit=_limit(card),
        assessed=_assessed(card),
        strengths=strengths,
        adds_most=_adds_most(card),
        formula=_formula(card),
        criteria=tuple(_row(criterion, index, card) for index, criterion in enumerate(card.criteria)),
        groups=checks,
        groups_note=note,
        code=code(card),
        own_tests=own_tests(card),
        time=_time(card),
        left_out=tuple(line(text, TEXT) for text in card.left_out[:LEFT_OUT]),
        extras=_extras(card),
        claims=claims(card),
        documents=documents(card),
        sections=sections(card),
        notes=tuple(line(note, TEXT) for note in sent.notes[:LEFT_OUT]),
        graded=(
            Fact(label="Repository", value=line(sent.url), code=True),
            Fact(label="Commit", value=line(sent.commit) or "none fetched", code=True),
            Fact(label="Tree", value=line(sent.tree) or "unknown", code=True),
            Fact(label="Challenge", value=line(f"{card.challenge} {card.challenge_version}")),
            Fact(label="Grader version", value=line(identity.grader_version)),
        ),
        next_steps=(FIRST_STEP[card.status], *NEXT_STEPS),
    )


def _when(moment: str) -> str:
    return line(moment.replace("T", " ").replace("Z", " UTC").replace("+00:00", " UTC"), 40)


def _notice(card: Scorecard) -> Notice | None:
    """A failure of the submission in our sentence; one of ours without its inner words."""
    if not marks.has_failure(card):
        return None
    failure = card.failure
    if failure is not None and failure.blame is Blame.CANDIDATE:
        return Notice(
            mark=Mark(css="failed", icon="✕", word=""),
            heading="Not gradable as it stands",
            sentence=line(failure.message, TEXT),
            next_step=line(failure.next_step, TEXT),
        )
    challenge = failure is not None and failure.blame is Blame.CHALLENGE
    return Notice(
        mark=Mark(css="ours", icon="!", word=""),
        heading="Incomplete, through a fault of ours",
        sentence=OURS[Blame.CHALLENGE if challenge else Blame.INFRASTRUCTURE]
        if card.score is None
        else "A part could not be scored; the score is not final.",
        next_step="Nothing is needed from you. We grade the same commit again, and it costs nothing.",
    )


def _score_note(card: Scorecard) -> str:
    if card.score is None:
        return "Not scored"
    return {Status.GRADED: "", Status.NOT_GRADABLE: "Not gradable", Status.INCOMPLETE: "Not final"}[card.status]


def _mille(of_hundred: float) -> int:
    return round(min(max(of_hundred, 0.0), 100.0) * 10)


def _score_bar(card: Scorecard) -> Bar | None:
    if card.score is None:
        return None
    earned = card.score if card.earned is None else max(card.earned, card.score)
    got = Segment(css="got", start=0, length=_mille(card.score))
    if earned - card.score < ALMOST_NOTHING:
        return Bar(sentence=f"Score {number(card.score)} of 100.", segments=(got,))
    lost = Segment(css="lost", start=_mille(card.score), length=_mille(earned) - _mille(card.score))
    return Bar(
        sentence=f"Score {number(card.score)} of 100; {number(earned - card.score)} points more do not count.",
        segments=(got, lost),
        tick=_mille(card.score),
    )


def _limiting(card: Scorecard) -> GateScore | None:
    return next((gate for gate in card.gates if gate.id == card.limited_by), None)


def _limit(card: Scorecard) -> str:
    gate = _limiting(card)
    if gate is None or card.earned is None:
        return ""
    reason = line(gate.sentence, TEXT).rstrip(".") + "."
    return f"Earned {number(card.earned)}. {reason}"


def _assessed(card: Scorecard) -> tuple[str, ...]:
    if card.assessed_weight < ALMOST_NOTHING:
        said = ["Nothing was assessed so far."]
    else:
        points = number(sum(c.points or 0.0 for c in card.criteria))
        said = [f"{points} of {plain(card.assessed_weight)} points that were assessed so far."]
    if card.awaiting_people >= ALMOST_NOTHING:
        said.append(f"{plain(card.awaiting_people)} of 100 weight waits for people and is not in the score yet.")
    unknown = 100 - card.assessed_weight - card.awaiting_people
    if unknown >= ALMOST_NOTHING and card.assessed_weight >= ALMOST_NOTHING:
        said.append(f"{plain(unknown)} of 100 weight was not assessed. It is left out, not counted as zero.")
    return tuple(said)


def _anchor(index: int) -> str:
    return f"criterion-{index + 1}"


def _strengths(card: Scorecard) -> tuple[Said, ...]:
    held = [
        (index, row)
        for index, row in enumerate(card.criteria)
        if row.points and row.share is not None and row.share >= STRONG
    ]
    held.sort(key=lambda pair: (-(pair[1].points or 0.0), pair[0]))
    return tuple(
        Said(text=line(row.level_text, TEXT), anchor=_anchor(index), criterion=line(row.title, TEXT))
        for index, row in held[:SAID]
    )


def _best_groups(found: tuple[Checks, ...]) -> tuple[Said, ...]:
    """Without a strong criterion: the groups in which most checks passed."""
    good = [part for part in found if part.total and part.passed / part.total >= MOSTLY]
    good.sort(key=lambda part: -part.passed / part.total)
    return tuple(
        Said(text=f"{part.summary}. {part.about[0]}", anchor="checks", criterion=part.title) for part in good[:SAID]
    )


def _adds_most(card: Scorecard) -> tuple[Said, ...]:
    lost = [
        (row.assessed_weight - row.points, index, row)
        for index, row in enumerate(card.criteria)
        if row.points is not None and row.assessed_weight - row.points >= ALMOST_NOTHING
    ]
    lost.sort(key=lambda item: (-item[0], item[1]))
    return tuple(
        Said(
            text=f"{number(points)} of {plain(row.assessed_weight)} points are open."
            + (f" One level more: {line(row.next_level_text, TEXT)}" if row.next_level_text else ""),
            anchor=_anchor(index),
            criterion=line(row.title, TEXT),
        )
        for points, index, row in lost[:SAID]
    )


def _formula(card: Scorecard) -> str:
    said = "Earned = 100 × points ÷ weight assessed"
    if card.assessed_weight >= ALMOST_NOTHING and card.earned is not None:
        points = number(sum(c.points or 0.0 for c in card.criteria))
        said += f" = 100 × {points} ÷ {plain(card.assessed_weight)} = {number(card.earned)}"
    return f"{said}. What was not assessed is left out."


def _row(row: CriterionScore, index: int, card: Scorecard) -> Row:
    people = row.decided_by is Decider.PEOPLE
    waits = people and row.state is State.NOT_ASSESSED
    share = None
    if row.points is not None and row.share is not None:
        sentence = f"{number(row.points)} of {plain(row.assessed_weight)} points."
        share = Bar(sentence=sentence, segments=(Segment(css="got", start=0, length=_mille(row.share * 100)),))
    more = row.level is not None and row.level < TOP_LEVEL and row.next_level_text
    return Row(
        anchor=_anchor(index),
        title=line(row.title, TEXT),
        about=line(row.candidate_text, TEXT),
        asks=line(row.asks, TEXT),
        decided_by="People decide" if people else "Harness decides",
        minutes=f"{row.minutes} min",
        weight=row.weight,
        points=row.points,
        weight_text=plain(row.weight),
        points_text="–" if row.points is None else number(row.points),
        bar=share,
        mark=marks.AWAITS_PEOPLE if waits else marks.OF_STATE[row.state],
        level=row.level,
        level_text=line(row.level_text, TEXT),
        next_level=line(row.next_level_text, TEXT) if more else "",
        why=_why(row, card),
        changed=_changed(row),
    )


def _why(row: CriterionScore, card: Scorecard) -> str:
    """Why there are no points, or not all, in our words; the harness's own sentence may quote what is hidden."""
    if row.points is not None:
        if row.weight - row.assessed_weight < ALMOST_NOTHING:
            return ""
        return f"{plain(row.assessed_weight)} of {plain(row.weight)} could be assessed. The rest is left out."
    if row.decided_by is Decider.PEOPLE:
        return "No person has decided this yet."
    ended = card.failure is not None and card.failure.blame is Blame.CANDIDATE
    return "The grading ended before this." if ended else "Our runner stopped; this was not scored and costs nothing."


def _changed(row: CriterionScore) -> str:
    """That a person changed a level; who and why is the reviewers'."""
    if not row.overrides:
        return ""
    first, last = row.overrides[0].before, row.overrides[-1]
    if first is None:
        return f"A person set level {last.level} on {_when(last.at)}."
    return f"A person changed level {first} to level {last.level} on {_when(last.at)}."


def _time(card: Scorecard) -> str:
    budget = f"The brief's budget is {plain(card.time.budget_minutes / HOUR)} hours."
    stated = card.time.stated_hours
    said = "No hours are stated." if stated is None else f"The manifest states {number(stated)} hours."
    return f"{budget} {said} Time is a fact here and never costs points."


def _extras(card: Scorecard) -> tuple[str, ...]:
    found = card.work.scope if card.work else ()
    return tuple(line(item.title) for item in found if item.kind == "extra" and item.seen)
