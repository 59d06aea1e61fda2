"""``python -m tests.attacks``: run the attacks, print a table, write ``attacks.json``; 1 if one was not held."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.attacks import mutants
from tests.attacks.field import ROOT, Field, opened
from tests.attacks.judge import Verdict, judge
from tests.attacks.kit import Attack, attacks

CONTROL = "control/honest"
CONTROL_EVERY = 12
"""An honest submission is graded among so many attacks; its score may not move."""


def batch(field: Field, chosen: Sequence[Attack], console: Console, jobs: int) -> list[Verdict]:
    """Run attacks side by side, honest controls in between; every verdict, in order."""
    control = next(attack for attack in attacks() if attack.id == CONTROL)
    planned: list[tuple[Attack, str]] = []
    for place, attack in enumerate(one for one in chosen if one.id != CONTROL):
        if place % CONTROL_EVERY == 0:
            planned.append((control, f"-{place // CONTROL_EVERY}"))
        planned.append((attack, ""))

    def run(one: tuple[Attack, str]) -> Verdict:
        verdict = judge(one[0], field.run(*one))
        mark = "✓" if verdict.held else "✕"
        console.print(f"{mark} {verdict.attack} ({verdict.seconds:.1f} s)", highlight=False, markup=False)
        return verdict

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(run, planned or [(control, "")]))


def show(verdicts: Sequence[Verdict], console: Console) -> None:
    """The table, then every problem in full."""
    table = Table(box=None, pad_edge=False)
    for name in ("attack", "held", "verdict", "score", "blame", "code", "seconds", "probe MB", "service MB"):
        table.add_column(name, justify="right" if name in ("score", "seconds", "probe MB", "service MB") else "left")
    for one in verdicts:
        numbers = ["–" if n is None else f"{n:.1f}" for n in (one.score, one.seconds, one.probe_mb, one.service_mb)]
        held = "held" if one.held else "NOT HELD"
        table.add_row(one.attack, held, one.status, numbers[0], one.blame, one.code, *numbers[1:])
    console.print(table, soft_wrap=True)
    for one in verdicts:
        for problem in one.problems:
            console.print(f"✕ {one.attack}: {problem}", markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str]) -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="attacks", description="Hostile submissions, each with its stated verdict.")
    parser.add_argument("name", nargs="*", help="attacks (kind/name or kind); default: all")
    parser.add_argument("--slice", action="store_true", help="only those that make test runs")
    parser.add_argument("--runs", type=int, default=1, help="so many times; all must be alike")
    parser.add_argument("--jobs", type=int, default=3, help="gradings side by side")
    parser.add_argument("--mutants", action="store_true", help="switch the defences off, one by one")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "attacks", help="folder for the gradings")
    asked = parser.parse_args(arguments)
    console = Console(width=180)
    if asked.mutants:
        return mutants.main(asked.name, asked.out / "mutants", console, asked.jobs)
    chosen = [a for a in attacks() if not asked.name or {a.id, a.kind} & set(asked.name)]
    chosen = [a for a in chosen if a.expected.slice or not asked.slice]
    if not chosen:
        parser.error("no such attack")
    shutil.rmtree(asked.out, ignore_errors=True)
    runs = []
    for number in range(asked.runs):
        with opened(asked.out / f"run-{number + 1}") as field:
            runs.append(batch(field, chosen, console, asked.jobs))
            remains = field.remains()
        show(runs[-1], console)
    (asked.out / "attacks.json").write_text(json.dumps([[asdict(one) for one in run] for run in runs], indent=1))
    alike = all([one.same for one in run] == [one.same for one in runs[0]] for run in runs)
    missed = [one.attack for run in runs for one in run if not one.held]
    console.print(
        f"{len(runs[0])} gradings a run, {len(runs)} run(s), alike: {'yes' if alike else 'NO'};"
        f" not held: {', '.join(missed) or 'none'}; left over: {', '.join(remains) or 'nothing'}",
        highlight=False,
    )
    return 0 if alike and not missed and not remains else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
