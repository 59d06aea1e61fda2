"""The verbs on finished gradings: report, override, compare, diff. None of them needs an engine."""

from __future__ import annotations

import json
import sys
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from grader import results
from grader.compare import compare_gradings, folders
from grader.console import show_compared, show_difference, show_gradings, summary
from grader.difference import difference
from grader.errors import UsageError
from grader.evidence import Evidence
from grader.overrides import Override, add_override
from grader.record import write_whole
from grader.report.diff import render_diff
from grader.report.editions import Edition, Format, file_name, render
from grader.report.matrix import render_matrix
from grader.scorecard import Scorecard
from grader.scoring import score

_out, _err = Console(), Console(stderr=True)

Folder = Annotated[Path, typer.Argument(help="Folder of a grading (what `grader run` wrote).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Page = Annotated[Path | None, typer.Option("--page", help="Also write it as one HTML page.")]


def report(
    folder: Folder,
    edition: Annotated[
        Edition, typer.Option(help="For whom: the reviewer, a blind sheet, or the candidate.")
    ] = Edition.REVIEWER,
    form: Annotated[Format, typer.Option("--format", help="As what.")] = Format.HTML,
    cohort: Annotated[
        Path | None, typer.Option(help="Folder of other gradings: shows the score among them, from eight on.")
    ] = None,
    *,
    show: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Render the saved scorecard. Needs no engine; the same scorecard gives the same bytes."""
    card = Scorecard.load(folder / results.SCORECARD)
    others = None if cohort is None else [Scorecard.load(one / results.SCORECARD) for one in folders([cohort])]
    path = folder / file_name(edition, form)
    write_whole(path, render(card, edition, form, others).encode())
    _print(str(path))
    if show and not webbrowser.open(path.resolve().as_uri()):
        _print("No browser was found on this machine: open that file yourself.")


def override(
    folder: Folder,
    criterion: Annotated[str, typer.Argument(help="Id of the criterion.")],
    level: Annotated[int, typer.Argument(help="The level that it is, 0 to 4.")],
    by: Annotated[str, typer.Option(help="Who decides this.")],
    why: Annotated[str, typer.Option(help="The reason, in a sentence of at least ten characters.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Set a criterion's level by hand. The old value stays; points, gates' effect and reports are computed anew."""
    evidence = Evidence.load(folder / results.EVIDENCE)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        decided = Override(criterion=criterion, level=level, by=by, why=why, at=at)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UsageError(
            "override.invalid",
            f"This is not an override: {'.'.join(map(str, first['loc']))}: {first['msg']}.",
            next_step="Give a level from 0 to 4, a name, and a reason of 10 to 600 characters.",
        ) from None
    card = score(evidence, add_override(folder, decided, evidence.challenge))
    card.save(folder / results.SCORECARD)
    refresh(folder, card)
    if as_json:
        sys.stdout.write(summary(card, folder) + "\n")
    else:
        show_gradings(_out, [(card.challenge, card, folder)])


def refresh(folder: Path, card: Scorecard) -> None:
    """Write the reviewer's page, and every other rendering that lies in the folder already."""
    for edition in Edition:
        for form in Format:
            path = folder / file_name(edition, form)
            if path.exists() or path.name == results.REPORT:
                write_whole(path, render(card, edition, form).encode())


def compare(
    folder: Folder,
    others: Annotated[list[Path], typer.Argument(help="Other gradings, or folders that hold them.")],
    page: Page = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Put a grading beside others of the same challenge: code that they share and, as a page, criteria. No ranks."""
    if page is not None:
        cards = [Scorecard.load(one / results.SCORECARD) for one in (folder, *_others(folder, others))]
        write_whole(page, render_matrix(cards).encode())
    found = compare_gradings(folder, others)
    if as_json:
        sys.stdout.write(json.dumps([one.as_dict() for one in found], indent=2) + "\n")
        return
    show_compared(_out, found)
    if page is not None:
        _print(str(page))


def _others(folder: Path, named: list[Path]) -> list[Path]:
    return [one for one in folders(named) if one.resolve() != folder.resolve()]


def diff(
    before: Annotated[Path, typer.Argument(help="Folder of the older grading.")],
    after: Annotated[Path, typer.Argument(help="Folder of the newer grading of the same submission.")],
    page: Page = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what changed between two gradings of one submission, and why."""
    old, new = (Scorecard.load(folder / results.SCORECARD) for folder in (before, after))
    found = difference(old, new)
    if page is not None:
        write_whole(page, render_diff(old, new).encode())
    if as_json:
        sys.stdout.write(json.dumps(found.as_dict(), indent=2) + "\n")
        return
    show_difference(_out, found)
    if page is not None:
        _print(str(page))


def _print(text: str) -> None:
    _out.print(text, markup=False, highlight=False, soft_wrap=True)
