"""The command line: ``grader run · score · report · override · compare · diff · check · validate · doctor · clean``.

Exit codes: 0 graded · 1 the submission could not be graded · 2 usage · 3 infrastructure ·
4 the challenge is broken · 130 interrupted.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from grader import cli_report, pipeline, results
from grader.challenge import load_challenge
from grader.console import (
    ConsoleProgress,
    doctor_json,
    exit_code,
    show_error,
    show_findings,
    show_gradings,
    show_promises,
    show_steps,
    show_validation,
    summary,
)
from grader.doctor import diagnose
from grader.errors import GraderError, Interrupted
from grader.evidence import Evidence
from grader.fetch import FetchPolicy
from grader.overrides import load_overrides
from grader.promises import put_to_trial
from grader.sandbox.cleaning import clean_engine
from grader.sandbox.engine import Engine
from grader.sandbox.promises import accepted, broken
from grader.scoring import score as score_evidence
from grader.settings import read_settings
from grader.validation.ladder import climb
from grader.validation.results import write as write_validation
from grader.validation.validate import PROOFS, Wish, pods_at_once
from grader.validation.validate import validate as prove
from grader.wording import challenge_complaints

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
_out, _err = Console(), Console(stderr=True)

Folder = Annotated[Path, typer.Argument(help="Folder of a grading (what `grader run` wrote).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


@app.command()
def run(  # noqa: PLR0917 - Typer reads options from the signature
    url: Annotated[str, typer.Argument(help="https URL of a git repository; a local path works too.")],
    challenge: Annotated[str, typer.Option(help="Which challenge it answers.")],
    commit: Annotated[
        str | None, typer.Option(help="Commit to grade; default: the newest of the default branch.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="New folder for the grading.")] = None,
    edition: Annotated[str | None, typer.Option(help="Edition of the challenge's data; default: its own.")] = None,
    seed: Annotated[int | None, typer.Option(help="Grade with the seed of an earlier grading.", min=0)] = None,
    deadline: Annotated[
        datetime | None,
        typer.Option(
            help="End of the candidate's window (UTC unless it names a zone).",
            formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"],
        ),
    ] = None,
    *,
    local_network: Annotated[
        bool, typer.Option("--local-network", help="Allow http, git and private addresses (your own machines only).")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Grade only where the engine holds its promises (`grader doctor --deep`).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Grade a submission: fetch, install, run, check, score, report."""
    folder = out or Path("out") / f"{challenge}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    policy = FetchPolicy(
        allow_local=True, allow_http=local_network, allow_private=local_network, allow_git_protocol=local_network
    )
    if deadline is not None and deadline.tzinfo is None:
        deadline = deadline.replace(tzinfo=UTC)
    request = pipeline.Request(
        url=url,
        challenge=challenge,
        commit=commit,
        out=folder,
        edition=edition,
        seed=seed,
        policy=policy,
        deadline=deadline,
    )
    settings = read_settings()
    settings = replace(settings, require_promises=settings.require_promises or strict)
    graded = pipeline.grade(request, settings, ConsoleProgress(_err))
    if as_json:
        sys.stdout.write(summary(graded.scorecard, graded.out) + "\n")
    else:
        show_gradings(_out, [(challenge, graded.scorecard, graded.out)])
    raise typer.Exit(exit_code(graded.scorecard))


@app.command()
def score(folder: Folder, *, as_json: AsJson = False) -> None:
    """Score the saved evidence again. Needs no engine; the same evidence gives the same bytes."""
    card = score_evidence(Evidence.load(folder / results.EVIDENCE), load_overrides(folder))
    card.save(folder / results.SCORECARD)
    if as_json:
        sys.stdout.write(summary(card, folder) + "\n")
    else:
        show_gradings(_out, [(card.challenge, card, folder)])


for verb in (cli_report.report, cli_report.override, cli_report.compare, cli_report.diff):
    app.command()(verb)


@app.command()
def check(folder: Annotated[Path | None, typer.Argument(help="Folder of challenges.")] = None) -> None:
    """Check that every challenge's rubric adds up, and the words that candidates read (no engine needed)."""
    root, worded = folder or read_settings().challenges, True
    for path in sorted(root.glob("*/challenge.toml")):
        challenge = load_challenge(path.parent.name, root).challenge
        problems = list(challenge_complaints(challenge))
        worded = worded and not problems
        _out.print(
            f"{'✕' if problems else '✓'} {challenge.id} {challenge.version}: {len(challenge.criteria)} criteria,"
            f" {len(challenge.checks)} checks, {sum(c.minutes for c in challenge.criteria)} minutes",
            highlight=False,
        )
        for problem in problems:
            _out.print(f"  {problem}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if worded else 4)


@app.command()
def validate(
    challenges: Annotated[list[str] | None, typer.Argument(help="Which challenges; default: all.")] = None,
    *,
    full: Annotated[bool, typer.Option("--full/--quick", help="All of it, or a slice for CI.")] = False,
    solution: Annotated[
        list[str] | None, typer.Option(help="Only grade these solutions, and prove nothing else.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only these proofs.")] = None,
    edition: Annotated[str | None, typer.Option(help="Edition of the challenge's data; default: its own.")] = None,
    jobs: Annotated[int | None, typer.Option(help="So many pods side by side.", min=1, max=64)] = None,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    out: Annotated[
        Path, typer.Option(help="Folder for results; what is in it and still true is not run again.")
    ] = Path("build/validate"),
    as_json: AsJson = False,
) -> None:
    """Let challenges show that they are fair: rubric, leaks, ladder, mutants, repeats, budgets."""
    settings = read_settings()
    names = challenges or sorted(path.parent.name for path in settings.challenges.glob("*/challenge.toml"))
    if solution:
        steps = [
            step
            for name in names
            for step in climb(
                load_challenge(name, settings.challenges, edition),
                settings,
                out / name / "solutions",
                ConsoleProgress(_err),
                only=solution,
            )
        ]
        show_steps(_out, steps)
        raise typer.Exit(0 if all(step.held for step in steps) else 4)
    wish = Wish(full=full, jobs=jobs or pods_at_once(), seed=seed, edition=edition, proofs=frozenset(only or PROOFS))
    found = []
    for name in names:
        found.append(prove(name, settings, out / name, ConsoleProgress(_err), wish))
        write_validation(found[-1], out / name)
        if not as_json:
            show_validation(_out, found[-1], out / name)
    if as_json:
        sys.stdout.write(json.dumps([one.model_dump(mode="json") for one in found], indent=2) + "\n")
    raise typer.Exit(0 if all(one.held for one in found) else 4)


@app.command()
def doctor(
    *,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also try what the engine promises, on it (20 seconds).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what this machine has for grading, what is missing, and how to mend it."""
    settings = read_settings()
    accept = accepted(settings.accept)
    findings = diagnose(settings)
    trial = None
    if deep:
        with Engine() as engine:
            trial = put_to_trial(engine, settings)
    if as_json:
        sys.stdout.write(doctor_json(findings, trial, accept) + "\n")
    else:
        show_findings(_out, findings)
        if trial is not None:
            show_promises(_out, trial, accept)
    well = all(finding.ok for finding in findings) and not (trial and broken(trial, accept))
    raise typer.Exit(0 if well else 3)


@app.command()
def clean(
    *, everything: Annotated[bool, typer.Option("--all", help="Also caches, environments and our images.")] = False
) -> None:
    """Remove what dead runs left in the engine. Live runs are not touched."""
    done = clean_engine(read_settings(), everything=everything)
    for line in done.lines:
        _out.print(line, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if done.whole else 3)


class _Stopped(BaseException):
    """Somebody asked the process to end; not an Exception, so that no handler keeps it for a failure."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; every error of ours becomes sentences and an exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        app(args=list(arguments) if arguments is not None else None)
    except _Stopped:
        error = Interrupted(
            "run.interrupted", "Stopped: nothing of this run was kept.", next_step="Start it again when you like."
        )
        show_error(_err, error)
        sys.exit(error.exit_code)
    except GraderError as error:
        show_error(_err, error)
        sys.exit(error.exit_code)
    sys.exit(0)


def _stop(number: int, _frame: object) -> NoReturn:
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)  # the first one is enough; cleaning up must not be cut short
    raise _Stopped(signal.Signals(number).name)


if __name__ == "__main__":
    main()
