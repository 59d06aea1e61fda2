"""The ladder: each solution of a challenge lands where its ``expected.toml`` says, for the reasons it says."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from grader import pipeline
from grader.cancel import Cancel
from grader.challenge import ChallengeFolder
from grader.clock import Progress
from grader.errors import ChallengeError, UsageError
from grader.fetch import FetchPolicy
from grader.record import Record
from grader.scorecard import Scorecard, State
from grader.settings import Settings
from grader.validation.publish import bare_repository, served
from grader.validation.shapes import Kind

LOCAL = FetchPolicy(allow_local=True, allow_private=True, allow_git_protocol=True)


class Change(Record):
    """A text of one file, replaced."""

    path: str
    old: Annotated[str, Field(min_length=1)]
    """Stands in the file exactly once."""
    new: str


class Expected(Record):
    """``solutions/<name>/expected.toml``: where a solution must land, and why."""

    kind: Kind
    """What it is there to show."""
    score: tuple[float, float]
    """Lowest and highest score that is right."""
    why: str
    blame: str | None = None
    code: str | None = None
    """Error code, when the submission cannot be graded."""
    failing: tuple[str, ...] = ()
    """The checks and criteria that earn less than all; of the checks, exactly these may."""
    gates: tuple[str, ...] = ()
    """The gates that close, exactly."""
    exact: bool = True
    """Whether ``failing`` names every check that may earn less than all."""
    based_on: str | None = None
    """Another solution that this one is, besides its own files and ``changes``: the flaw stands alone to be read."""
    changes: tuple[Change, ...] = Field(default=(), alias="change")
    remove: tuple[str, ...] = ()
    """Files and folders of the other solution that this one lacks."""

    model_config = Record.model_config | {"populate_by_name": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One solution, graded and compared."""

    name: str
    score: float | None
    held: bool
    sentence: str
    card: Scorecard
    out: Path


def solutions(folder: ChallengeFolder) -> list[str]:
    """The names of a challenge's solutions."""
    return sorted(path.parent.name for path in folder.root.glob("solutions/*/expected.toml"))


def expected(folder: ChallengeFolder, name: str) -> Expected:
    """What a solution's ``expected.toml`` says.

    Raises:
        ChallengeError: ``ladder.expected_invalid``.
    """
    path = folder.root / "solutions" / name / "expected.toml"
    try:
        return Expected.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise ChallengeError(
            "ladder.expected_invalid",
            f"expected.toml of solution {name} is not valid.",
            next_step="Mend it; grader/validation/ladder.py describes every field.",
            detail=str(error),
        ) from None


def solution_files(folder: ChallengeFolder, name: str) -> Path:
    """Where a solution's own files lie: its own folder, or the starter's for the untouched starter."""
    return folder.root / "starter" if name == "starter" else folder.root / "solutions" / name


def lay_out(folder: ChallengeFolder, name: str, into: Path) -> Path:
    """Write a solution as a candidate would hand it in: what it is based on, its changes, its own files.

    Raises:
        ChallengeError: ``ladder.change``, ``ladder.expected_invalid``.
    """
    wanted = expected(folder, name)
    into.mkdir(parents=True)
    if wanted.based_on is not None:
        lay_out(folder, wanted.based_on, into / ".base")
        shutil.copytree(into / ".base", into, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".base"))
        shutil.rmtree(into / ".base")
    for gone in wanted.remove:
        path = into / gone
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for change in wanted.changes:
        path = into / change.path
        text = path.read_text("utf-8") if path.is_file() else ""
        if text.count(change.old) != 1:
            raise ChallengeError(
                "ladder.change",
                f"A change of solution {name} does not fit: {change.path} has its text {text.count(change.old)} times.",
                next_step=f"Mend it in solutions/{name}/expected.toml.",
            )
        path.write_text(text.replace(change.old, change.new), "utf-8")
    leave_out = shutil.ignore_patterns("__pycache__", "*.pyc", "expected.toml")
    shutil.copytree(solution_files(folder, name), into, dirs_exist_ok=True, ignore=leave_out)
    return into


def climb(
    folder: ChallengeFolder,
    settings: Settings,
    out: Path,
    progress: Progress,
    *,
    only: Sequence[str] | None = None,
    seed: int | None = None,
) -> list[Step]:
    """Grade the solutions one after another and compare each with what is expected of it.

    Raises:
        UsageError: ``ladder.unknown_solution``.
        ChallengeError: ``ladder.no_solutions``: nothing proven is not a proof.
    """
    with published(folder, only) as rungs:
        return [rung.grade(settings, out, progress, seed=seed) for rung in rungs]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One solution, published as a candidate would."""

    folder: ChallengeFolder
    name: str
    url: str
    tree: Path
    """Its files, as handed in."""

    def grade(
        self,
        settings: Settings,
        out: Path,
        progress: Progress,
        *,
        seed: int | None = None,
        cancel: Cancel | None = None,
    ) -> Step:
        """Grade it into ``out/<name>`` and compare it with what is expected of it."""
        progress.begin("solution", self.name)
        shutil.rmtree(out / self.name, ignore_errors=True)
        request = pipeline.Request(
            url=self.url,
            challenge=self.folder.challenge.id,
            edition=self.folder.challenge.edition,
            out=out / self.name,
            seed=seed,
            policy=LOCAL,
        )
        graded = pipeline.grade(request, settings, progress, cancel)
        return compare(self.name, expected(self.folder, self.name), graded.scorecard, graded.out)


@contextmanager
def published(folder: ChallengeFolder, only: Sequence[str] | None = None) -> Iterator[list[Rung]]:
    """The solutions behind git's own daemon, for as long as this is open.

    Raises:
        UsageError: ``ladder.unknown_solution``.
        ChallengeError: ``ladder.no_solutions``.
    """
    names = _names(folder, only)
    with tempfile.TemporaryDirectory(prefix="grader-ladder-") as temporary:
        for name in names:
            tree = lay_out(folder, name, Path(temporary) / "trees" / name)
            bare_repository(tree, Path(temporary) / f"{name}.git")
        with served(Path(temporary)) as address:
            yield [
                Rung(folder=folder, name=name, url=f"{address}/{name}.git", tree=Path(temporary) / "trees" / name)
                for name in names
            ]


def _names(folder: ChallengeFolder, only: Sequence[str] | None) -> list[str]:
    known = solutions(folder)
    if not known:
        raise ChallengeError(
            "ladder.no_solutions",
            f"Challenge {folder.challenge.id} has no solution with an expected.toml.",
            next_step="Add solutions/<name>/expected.toml; a reference and the empty one at least.",
        )
    unknown = sorted(set(only or ()) - set(known))
    if unknown:
        raise UsageError(
            "ladder.unknown_solution",
            f"{folder.challenge.id} has no solution called {', '.join(unknown)}.",
            next_step=f"Its solutions: {', '.join(known)}.",
        )
    return [name for name in known if not only or name in only]


def compare(name: str, wanted: Expected, card: Scorecard, out: Path) -> Step:
    """Whether a scorecard is what was expected, and a sentence for each way in which it is not."""
    problems = list(_problems(wanted, card))
    sentence = " ".join(problems) if problems else wanted.why
    return Step(name=name, score=card.score, held=not problems, sentence=sentence, card=card, out=out)


def _problems(wanted: Expected, card: Scorecard) -> list[str]:
    low, high = wanted.score
    problems = []
    if card.score is None or not low <= card.score <= high:
        problems.append(f"The score is {card.score}, not within {low:g} and {high:g}.")
    code = card.failure.code if card.failure else None
    if code != wanted.code:
        problems.append(f"The failure is {code}, not {wanted.code}.")
    blame = card.failure.blame.value if card.failure else None
    if wanted.blame is not None and blame != wanted.blame:
        problems.append(f"The blame is {blame}, not {wanted.blame}.")
    closed = {gate.id for gate in card.gates if gate.state == "closed"}
    if closed != set(wanted.gates):
        problems.append(f"The closed gates are {sorted(closed)}, not {sorted(wanted.gates)}.")
    return problems + _reason_problems(wanted, card)


def _reason_problems(wanted: Expected, card: Scorecard) -> list[str]:
    """A score can be right for a wrong reason: compare what failed with what was meant to."""
    checks = {check.id: check.state for group in card.groups for check in group.checks}
    criteria = {criterion.id: criterion.state for criterion in card.criteria}
    whole = {name for name, state in (checks | criteria).items() if state is State.PASSED}
    problems = [f"{name} should earn less than all, and does not." for name in wanted.failing if name in whole]
    unknown = [name for name in wanted.failing if name not in checks and name not in criteria]
    problems += [f"{name} is neither a check nor a criterion." for name in unknown]
    if wanted.exact and wanted.code is None:
        named = set(wanted.failing)
        extra = sorted(
            check.id
            for group in card.groups
            for check in group.checks
            if check.state is not State.PASSED and check.id not in named and check.criterion not in named
        )
        problems += [f"{name} should be passed in full, and is not." for name in extra]
    return problems
