"""Questions for the interview: three core ones for everyone, and at most four from this evidence.

Each says what answers at level 4, 2 and 0 sound like, so that two interviewers mark alike.
"""

from __future__ import annotations

from grader.challenge import Source
from grader.report.atoms import Fact
from grader.report.marks import Anchors
from grader.report.text import count, line, number, plain
from grader.report.views_work import InterviewView, QuestionView
from grader.scorecard import CriterionScore, Scorecard
from grader.scorecard_work import Question

TEXT = 500
OWN = 4
STRONG = 0.75
MEASURED, DECIDED = ("claim_differs", "claim_unexplained", "no_evaluation"), ("decision_log", "decision_absent")

Answers = tuple[str, str, str]
"""At levels 4, 2 and 0."""

_CORE: tuple[tuple[str, int, str, tuple[Source, ...], Answers], ...] = (
    (
        "Take one request from the socket to the reply. Where can it fail, and what does the caller see?",
        6,
        "Shows whether the author can find the way through this code.",
        (Source.CHECKS,),
        (
            "Names each step in the code, its failures, and what the caller gets.",
            "Follows the normal path; failures need prompting.",
            "Cannot find the path in the code.",
        ),
    ),
    (
        "Which decision would you change first with one more day, and what would it cost?",
        5,
        "Shows how trade-offs were weighed.",
        (Source.REVIEW,),
        (
            "Names an alternative, its price, and what would tip the choice.",
            "Names a change, with a reason that would fit any project.",
            "Names none, or repeats the README.",
        ),
    ),
    (
        "How do you know that it works? Which of your checks do you trust least?",
        5,
        "Shows how the author tells right from wrong.",
        (Source.OWN_TESTS, Source.REVIEW),
        (
            "Names what was measured, on what, and what the check would miss.",
            "Names tests that ran, and no limit of them.",
            "Tried it by hand, or cannot say.",
        ),
    ),
)

_SOUNDS: dict[str, Answers] = {
    "lost": (
        "Finds the cause in the code, and a mend with its cost.",
        "Guesses a likely cause; finds the place with help.",
        "Sees no gap, or cannot say where to look.",
    ),
    "strength": (
        "Explains why it works, where it ends, and what was tried before.",
        "Describes what it does, and not why.",
        "Cannot explain it.",
    ),
    "claim_differs": (
        "Names the data and the definition, and explains the gap.",
        "Names the data; the gap stays open.",
        "Cannot say where the number came from.",
    ),
    "claim_unexplained": (
        "Shows the script or the steps, and repeats them.",
        "Remembers the steps in part.",
        "Cannot say how it was measured.",
    ),
    "no_evaluation": (
        "Describes a comparison that was made, and its noise.",
        "Looked at examples by eye, and says so.",
        "Never compared two versions.",
    ),
    "no_fallback": (
        "Says what the caller sees now, what would be better, and its price.",
        "Sees the gap when told of it.",
        "Expects that the dependency never fails.",
    ),
    "one_framework": (
        "Names a part to replace, and what would be lost.",
        "Knows what the framework does here, and no other way.",
        "Cannot say what the framework does here.",
    ),
    "decision_log": (
        "Names a close choice, its alternative, and what would tip it.",
        "Names a choice, and one reason.",
        "Names no choice.",
    ),
    "decision_absent": (
        "Shows the place, or says when and why it went.",
        "Remembers that it changed.",
        "Cannot place the decision.",
    ),
    "own_tests": (
        "Names the effect for a user, and writes the test that notices it.",
        "Names the effect; the test stays vague.",
        "Sees no effect of the change.",
    ),
}
_ANY: Answers = (
    "Explains cause, effect and a next step, with the code at hand.",
    "Explains it in part.",
    "Has no explanation.",
)


def interview(card: Scorecard, anchors: Anchors) -> InterviewView:
    """Core questions, then those of this evidence."""
    chosen, left = _chosen(card)
    core = tuple(_core(number, card, anchors) for number in range(len(_CORE)))
    own = tuple(_question(question, card, anchors) for question in chosen)
    minutes = sum(entry[1] for entry in _CORE) + sum(question.minutes for question in chosen)
    said = f"{count(len(core) + len(own), 'question')}, {minutes} minutes in all. None costs points."
    if not own:
        said += " The evidence raises no question of its own."
    if left:
        said += f" {left} more in scorecard.json."
    return InterviewView(note=said, core=core, own=own)


def _chosen(card: Scorecard) -> tuple[list[Question], int]:
    """Largest loss, a number that differs, decisions, a strength; then what else the record asks."""
    recorded = list(card.work.questions) if card.work else []
    first = [
        next((q for q in recorded if q.id in MEASURED), None),
        next((q for q in recorded if q.id in DECIDED), None),
    ]
    wanted = [_lost(card), *first, _strength(card)]
    chosen = [question for question in wanted if question is not None]
    rest = [question for question in recorded if question not in chosen]
    taken = rest[: max(0, OWN - len(chosen))]
    return [*chosen, *taken], len(rest) - len(taken)


def _lost(card: Scorecard) -> Question | None:
    """The criterion that lost most points."""
    open_points = [
        (row.assessed_weight - row.points, row) for row in card.criteria if row.points is not None and row.evidence
    ]
    points, row = max(open_points, key=lambda pair: pair[0], default=(0.0, None))
    if row is None or points < 1:
        return None
    return Question(
        id="lost",
        seen=f"{row.title}: {number(points)} of {plain(row.assessed_weight)} points are open, the largest loss.",
        ordinary="Another part of the brief took the time, or the brief was read in another way.",
        ask="What is missing here, where in the code would it go, and what would it take?",
        minutes=6,
        criterion=row.id,
        evidence=row.evidence[:1],
    )


def _strength(card: Scorecard) -> Question | None:
    """The criterion that earned most, nearly whole."""
    strong = [row for row in card.criteria if row.points and (row.share or 0) >= STRONG and row.evidence]
    row: CriterionScore | None = max(strong, key=lambda one: one.points or 0.0, default=None)
    if row is None:
        return None
    point = next((point for point in card.strengths if point.criterion == row.id), None)
    return Question(
        id="strength",
        seen=f"{row.title}: {number(row.points or 0)} of {plain(row.assessed_weight)} points."
        + (f" {point.text}" if point and not point.text.startswith(row.title) else ""),
        ordinary="",
        ask="How did you come to this solution, and where would it stop working?",
        minutes=4,
        criterion=row.id,
        evidence=(point.evidence if point else row.evidence[0],),
    )


def _core(index: int, card: Scorecard, anchors: Anchors) -> QuestionView:
    ask, minutes, seen, sources, sounds = _CORE[index]
    row = next((c for source in sources for c in card.criteria if c.source is source), card.criteria[0])
    return QuestionView(
        ask=ask,
        seen=seen,
        ordinary="",
        minutes=f"{minutes} min",
        criterion=anchors.link(f"criterion-{row.id}", row.title),
        evidence=(),
        note="",
        sounds=_sounds(sounds),
    )


def _question(question: Question, card: Scorecard, anchors: Anchors) -> QuestionView:
    titles = {criterion.id: criterion.title for criterion in card.criteria}
    named = "The candidate names this as left out; its loss is counted once, where it was seen."
    return QuestionView(
        ask=line(question.ask, TEXT),
        seen=line(question.seen, TEXT),
        ordinary=line(question.ordinary, TEXT),
        minutes=f"{question.minutes} min",
        criterion=anchors.link(f"criterion-{question.criterion}", titles.get(question.criterion, "no criterion")),
        evidence=tuple(anchors.link(name) for name in question.evidence),
        note=named if question.named_as_left_out else "",
        sounds=_sounds(_SOUNDS.get(question.id, _ANY)),
    )


def _sounds(answers: Answers) -> tuple[Fact, ...]:
    return tuple(Fact(label=str(level), value=said) for level, said in zip((4, 2, 0), answers, strict=True))
