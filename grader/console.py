"""What the command line shows: progress per stage on stderr, results on stdout."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.compare import Compared
from grader.difference import Difference
from grader.doctor import Finding
from grader.errors import GraderError, printable
from grader.results import REPORT, SCORECARD
from grader.sandbox.promises import Trial, as_rows
from grader.scorecard import Scorecard, Status
from grader.validation.ladder import Step
from grader.validation.shapes import Validation

_MARKS = {
    Status.GRADED: "graded",
    Status.NOT_GRADABLE: "not gradable (candidate)",
    Status.INCOMPLETE: "incomplete (ours)",
}
_COMPARED = (
    "Names, texts and comments are ignored, and the challenge's kit is taken out. Ordinary explanations: the same "
    "framework, the brief's own contract, a shared tutorial, public code. No points follow; ask before concluding."
)


class ConsoleProgress:
    """A line when a stage begins, one when it ends; nothing that needs a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()

    def begin(self, stage: str, note: str) -> None:
        """A stage begins."""
        self._line("…", stage, printable(note))

    def note(self, stage: str, note: str) -> None:
        """Something happened in it."""
        self._line("·", stage, printable(note))

    def end(self, stage: str, seconds: float, note: str) -> None:
        """A stage ended."""
        self._line("✓", stage, f"{printable(note)} ({seconds:.1f} s)" if note else f"{seconds:.1f} s")

    def _line(self, mark: str, stage: str, text: str) -> None:
        with self._lock:
            self._console.print(f"{mark} {stage:<9} {text}", markup=False, highlight=False, soft_wrap=True)


def show_error(console: Console, error: GraderError) -> None:
    """One sentence, whose it is, what to do, and the code."""
    console.print(f"✕ {error.message}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  {error.next_step}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  blame: {error.blame}   code: {error.code}", markup=False, highlight=False)
    if error.detail:
        console.print(f"  detail: {printable(error.detail, 1_000)}", markup=False, highlight=False, soft_wrap=True)


def show_gradings(console: Console, rows: list[tuple[str, Scorecard, Path]]) -> None:
    """The table at the end of a run, then where the records lie."""
    table = Table(box=None, pad_edge=False)
    for name in ("submission", "status", "score", "assessed", "limited by", "commit"):
        table.add_column(name, justify="right" if name in ("score", "assessed") else "left")
    for name, card, _ in rows:
        table.add_row(
            name,
            _MARKS[card.status],
            "–" if card.score is None else f"{card.score:.1f}",
            f"{card.assessed_weight:g} of 100",
            card.limited_by or "",
            card.submission.commit[:12],
        )
    console.print(table)
    for name, card, out in rows:
        if card.failure is not None:
            console.print(f"{name}: {card.failure.message} {card.failure.next_step}", markup=False, soft_wrap=True)
            console.print(f"  blame: {card.failure.blame}   code: {card.failure.code}", markup=False, highlight=False)
        console.print(f"{name}: {out / REPORT}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"{name}: {out / SCORECARD}", markup=False, highlight=False, soft_wrap=True)


def show_steps(console: Console, steps: Sequence[Step]) -> None:
    """Where solutions landed, a line each."""
    for step in steps:
        shown = "–" if step.score is None else f"{step.score:.1f}"
        text = f"{'✓' if step.held else '✕'} {step.name:<22} {shown:>6}  {step.sentence}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def show_validation(console: Console, found: Validation, out: Path) -> None:
    """The proofs of a challenge, a line each; below what does not hold, and what to do."""
    console.print(
        f"{found.challenge} {found.version} ({found.mode}, {found.seconds:.0f} s)", markup=False, highlight=False
    )
    marks = {"held": "✓", "broken": "✕", "skipped": "–"}
    for proof in found.proofs:
        text = f"{marks[proof.state]} {proof.id:<10} {proof.sentence}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        for finding in proof.findings:
            text = f"  {'':<10} → {finding.subject}: {finding.message.rstrip('.')}. {finding.next_step}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(str(out / "validation.html"), markup=False, highlight=False, soft_wrap=True)


def show_compared(console: Console, rows: list[Compared]) -> None:
    """What a submission shares with others; the passages of those that a person should look at."""
    table = Table(box=None, pad_edge=False)
    for name in ("other grading", "of this code", "of that code", "look"):
        table.add_column(name, justify="left" if name == "other grading" else "right")
    for row in rows:
        one = row.similarity
        table.add_row(str(row.folder), f"{one.share:.0%}", f"{one.other_share:.0%}", "yes" if row.notable else "")
    console.print(table)
    for row in rows:
        for place in row.similarity.places if row.notable else ():
            where = f"{place.path}:{place.line} and {place.other_path}:{place.other_line}"
            text = f"{row.folder}: {place.shared} passages, the first in {printable(where)}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(_COMPARED, markup=False, highlight=False, soft_wrap=True)


def show_difference(console: Console, found: Difference) -> None:
    """What two gradings of one submission rest on and came to, where it differs."""
    rows = [found.sentence]
    rows += [f"· {one.name}: {one.before} → {one.after}. {one.effect}" for one in found.reasons]
    for one in found.changed:
        shown = " → ".join("–" if p is None else f"{p:.1f}" for p in (one.points_before, one.points_after))
        points = "" if one.points_before is None and one.points_after is None else f" ({shown} points)"
        rows.append(f"{one.kind:<9} {one.id}: {one.before} → {one.after}{points}")
    for row in rows:
        console.print(printable(row, 600), markup=False, highlight=False, soft_wrap=True)


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """What the doctor found, a line each, with the mend below."""
    for finding in findings:
        console.print(
            f"{finding.mark} {finding.name:<16} {finding.found}", markup=False, highlight=False, soft_wrap=True
        )
        if finding.mend:
            console.print(f"  {'':<16} → {finding.mend}", markup=False, highlight=False, soft_wrap=True)


def show_promises(console: Console, trial: Trial, accept: Collection[str]) -> None:
    """What the engine holds, a line each; below what it does not, what that means and the mend."""
    console.print(
        f"promises of {trial.engine}, runtime {trial.runtime}, kernel {trial.kernel}:",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    rows = as_rows(trial, accept)
    for row in rows:
        mark = "✓" if row["state"] == "held" else "·" if row["accepted"] else "✕"
        state = f"{row['state']}, accepted" if row["accepted"] else row["state"]
        text = f"{mark} {row['id']:<20} {state}: {row['sentence']} ({row['saw']})"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        for line in (row["means"], row["mend"]) if row["means"] and not row["accepted"] else ():
            console.print(f"  {'':<20} → {line}", markup=False, highlight=False, soft_wrap=True)
    held = sum(row["state"] == "held" for row in rows)
    console.print(f"{held} of {len(rows)} promises are held", markup=False, highlight=False)


def doctor_json(findings: Sequence[Finding], trial: Trial | None, accept: Collection[str]) -> str:
    """What the doctor found, for machines: a list, or with a trial an object of both."""
    found = [finding.as_dict() for finding in findings]
    if trial is None:
        return json.dumps(found, indent=2)
    about = {"engine": trial.engine, "runtime": trial.runtime, "kernel": trial.kernel}
    return json.dumps({"findings": found, "promises": as_rows(trial, accept), "tried_on": about}, indent=2)


def summary(card: Scorecard, out: Path) -> str:
    """The run's result as one JSON object, for machines."""
    failure = card.failure.model_dump(mode="json") if card.failure else None
    return json.dumps(
        {
            "grading": card.grading,
            "status": card.status.value,
            "score": card.score,
            "earned": card.earned,
            "limited_by": card.limited_by,
            "assessed_weight": card.assessed_weight,
            "commit": card.submission.commit,
            "identity": card.provenance.identity_key,
            "edition": card.provenance.identity.edition,
            "seed": card.provenance.identity.seed,
            "failure": failure,
            "folder": str(out),
        }
    )


def exit_code(card: Scorecard) -> int:
    """0 graded · 1 not gradable (candidate) · 3 incomplete through infrastructure · 4 through the challenge."""
    if card.status is Status.GRADED:
        return 0
    if card.status is Status.NOT_GRADABLE:
        return 1
    blames = {check.blame for group in card.groups for check in group.checks if check.share is None}
    challenge = (card.failure.blame == "challenge") if card.failure else blames == {"challenge"}
    return 4 if challenge else 3
