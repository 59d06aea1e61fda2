"""Mutants of the defence: each switches one setting or rule off in a copy of the source, and an attack must notice.

``mutants.toml`` names, per mutant, the file, the text, what takes its place, and the attacks that fail then. A
text that no longer stands in the file exactly once is an error: the table follows the code.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

from pydantic import Field as Bounded
from rich.console import Console
from rich.table import Table

from grader.record import Record
from tests.attacks.field import ROOT, opened
from tests.attacks.judge import Verdict, judge
from tests.attacks.kit import attacks

TABLE = Path(__file__).with_name("mutants.toml")
COPIED = ("grader", "harness", "reports")


class Change(Record):
    """One text of a file, and what takes its place."""

    file: str
    old: str
    new: str


class Mutant(Change):
    """One defence switched off."""

    id: str
    defence: str
    """What is switched off, in words."""
    more: tuple[Change, ...] = ()
    """Changes beside it, where one wall stands behind another."""
    killed_by: Annotated[tuple[str, ...], Bounded(min_length=1)]
    """Attacks, each of which must not be held any more."""


def table() -> list[Mutant]:
    """Every mutant; raises ValueError when the table is not valid."""
    return [Mutant.model_validate(row) for row in tomllib.loads(TABLE.read_text("utf-8")).get("mutant", [])]


def apply(mutant: Mutant, tree: Path) -> None:
    """A copy of the source in ``tree`` with the defence switched off.

    Raises:
        ValueError: a text to replace does not stand in its file exactly once.
    """
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for change in (mutant, *mutant.more):
        path = tree / change.file
        text = path.read_text("utf-8")
        if text.count(change.old) != 1:
            raise ValueError(f"{mutant.id}: its text stands {text.count(change.old)} times in {change.file}, not once")
        path.write_text(text.replace(change.old, change.new), "utf-8")


def survivors(mutant: Mutant, out: Path) -> list[Verdict]:
    """The attacks that should have noticed and did not."""
    return [verdict for verdict in verdicts(mutant, out) if verdict.held]


def verdicts(mutant: Mutant, out: Path) -> list[Verdict]:
    """What each attack that should notice comes to."""
    by_id = {attack.id: attack for attack in attacks()}
    own = out / mutant.id
    shutil.rmtree(own, ignore_errors=True)
    apply(mutant, own / "tree")
    with opened(own / "field", own / "tree") as field:
        found = [judge(by_id[name], field.run(by_id[name])) for name in mutant.killed_by]
    shutil.rmtree(own / "tree")
    return found


def main(names: Sequence[str], out: Path, console: Console, jobs: int) -> int:
    """Run every mutant (or those named) against its attacks; exit code 1 if one lives."""
    chosen = [mutant for mutant in table() if not names or mutant.id in names]

    def run(mutant: Mutant) -> tuple[Mutant, list[Verdict]]:
        found = verdicts(mutant, out)
        alive = [verdict for verdict in found if verdict.held]
        console.print(f"{'✕ alive' if alive else '✓ killed'} {mutant.id}", highlight=False, markup=False)
        for verdict in found:  # so that a reader sees that it was noticed for the right reason
            reason = verdict.problems[0][:160] if verdict.problems else "nothing"
            console.print(f"    {verdict.attack}: {reason}", highlight=False, markup=False, soft_wrap=True)
        return mutant, alive

    with ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(run, chosen))
    shown = Table(box=None, pad_edge=False)
    for name in ("mutant", "switched off", "noticed by", "verdict"):
        shown.add_column(name)
    for mutant, alive in done:
        missed = ", ".join(verdict.attack for verdict in alive)
        shown.add_row(mutant.id, mutant.defence, ", ".join(mutant.killed_by), f"ALIVE: {missed}" if alive else "killed")
    console.print(shown, soft_wrap=True)
    lived = [mutant.id for mutant, alive in done if alive]
    console.print(f"{len(done)} mutants, alive: {', '.join(lived) or 'none'}", highlight=False)
    return 1 if lived or not done else 0
