"""Views of scope and history: facts, never points."""

from __future__ import annotations

from grader.evidence_work import History
from grader.report.atoms import Fact
from grader.report.text import count, line, number
from grader.report.views_work import ExtraView, HistoryView
from grader.scorecard import Scorecard
from grader.scorecard_work import WorkScore

NOTES, FILES = 5, 8
METHOD = (
    "Method: commits at most 60 minutes apart are one session, and 30 minutes are added for the work before each"
    " session's first commit. The range uses 30 minutes and nothing, and 120 minutes and 60. Its error is large: work"
    " without a commit and thinking away from the keyboard are not seen, and author times are whatever the author's"
    " machine said."
)
CHOSEN = {
    "given": "named on the command line",
    "newest": "the newest of the default branch",
    "before_deadline": "the newest one committed before the deadline",
}


def extras(found: WorkScore | None) -> tuple[ExtraView, ...]:
    """What was seen beyond the brief."""
    return tuple(
        ExtraView(title=line(item.title), seen=", ".join(line(sign, 120) for sign in item.seen))
        for item in (found.scope if found else ())
        if item.kind == "extra" and item.seen
    )


def history(card: Scorecard) -> HistoryView:
    """Commits, sessions and the deadline."""
    found = card.work.history if card.work else None
    if found is None:
        said = card.work.history_missing if card.work else ""
        return HistoryView(facts=(), method=line(said or "The history was not read.", 400), notes=())
    facts = [
        Fact(label="Commits", value=f"{found.commits:,}" + (" read, there are older ones" if found.truncated else "")),
        Fact(label="First to last", value=f"{line(found.first, 40)} to {line(found.last, 40)}"),
        Fact(label="Sessions", value=f"{len(found.sessions):,}"),
        Fact(
            label="Estimated hours",
            value=f"{number(found.hours)}, between {number(found.low_hours)} and {number(found.high_hours)}",
        ),
        Fact(label="Graded commit", value=CHOSEN[found.chosen]),
    ]
    return HistoryView(facts=tuple(facts), method=METHOD, notes=tuple(_notes(found, card)))


def _notes(found: History, card: Scorecard) -> list[str]:
    said = []
    if found.commits == 1:
        said.append(
            "There is one commit, so its history tells nothing of the hours. Ordinary explanations: the work was copied"
            " into a fresh repository, or squashed. Ask how the work was divided."
        )
    if found.backwards_total:
        shown = "; ".join(line(text, 200) for text in found.backwards[:NOTES])
        said.append(
            f"{count(found.backwards_total, 'commit')} dated before the parent: {shown}. Ordinary explanations: a"
            " clock that was set, a rebase, work from two machines."
        )
    if found.after_commit:
        said.append(
            f"{count(found.after_commit, 'commit')} with an author time more than a minute from the commit time."
            " Ordinary explanations: amended, rebased, or brought over from another repository."
        )
    if found.deadline:
        said.append(_deadline(found, card.work.late if card.work else "flag"))
    return said


def _deadline(found: History, late: str) -> str:
    when = line(found.deadline, 40)
    rule = (
        "this challenge grades the newest commit before it"
        if late == "grade-at-deadline"
        else "it is shown and costs nothing"
    )
    if not found.late_commits:
        return f"No graded commit says that it was made after the deadline ({when}); {rule}."
    names = ", ".join(line(name, 100) for name in found.late_files[:FILES])
    left = found.late_files_total - min(FILES, len(found.late_files))
    more = f" and {left} more" if left > 0 else ""
    return (
        f"{count(found.late_commits, 'commit')} after the deadline ({when}), by commit time; {rule}."
        f" Files changed since: {names}{more}."
    )
