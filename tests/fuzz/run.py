"""Fuzz every parser of strangers' bytes in turn: ``python -m tests.fuzz.run [--seconds N] [--jobs N] [--merge] [TARGET …]``.

Each target runs in a process of its own under atheris. What it finds joins ``build/fuzz/corpus``; with
``--merge`` the smallest set of inputs with the same coverage replaces the kept corpus afterwards. Inputs that break a
promise lie in ``build/fuzz/crashes/<target>``; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fuzz import corpus
from tests.fuzz.support import Target
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "fuzz"
HANG_S, RSS_MB = 60, 1_024
"""Of one input by the clock, for what never ends (its processor time is held tighter), and of the whole process."""
SPARE_S = 900
"""For start, kept inputs and the last one on a busy machine; what takes longer has hung outside of any input."""

_PROGRESS = re.compile(r"^#(\d+)\s+\w+.*?cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)
_COVERED = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")
_COUNT = re.compile(r"number_of_executed_units: (\d+)|^#(\d+)\s", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one target's run."""

    target: str
    executions: int
    edges: int
    features: int
    new: int
    crashes: tuple[Path, ...]
    slowest_ms: float
    slowest_bytes: int
    code: int


def escaped(word: bytes) -> str:
    """A word as a line of libFuzzer's dictionary."""
    return '"' + "".join(chr(b) if 32 < b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in word) + '"'


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.glob("*") if path.is_file()}


def _command(target: Target, *options: str) -> list[str]:
    return [sys.executable, "-m", "tests.fuzz.one", target.name, *options]


def _environment(scratch: str, stats: Path) -> dict[str, str]:
    return os.environ | {"FUZZ_SCRATCH": scratch, "FUZZ_STATS": str(stats), "PYTHONPATH": str(ROOT)}


def prepared(target: Target) -> Path:
    """The live corpus of a target: what is kept, its seeds and regressions, and what earlier runs found."""
    live = BUILD / "corpus" / target.name
    corpus.unpack(
        [*target.seeds, *corpus.kept(target.name), *(data for _, data in corpus.regressions(target.name))], live
    )
    words = BUILD / "words" / f"{target.name}.dict"
    words.parent.mkdir(parents=True, exist_ok=True)
    words.write_text("".join(f"{escaped(word)}\n" for word in target.words), "ascii")
    return live


def fuzz(target: Target, seconds: int) -> Ran:
    """Run one target for some seconds; its output goes to ``build/fuzz/logs``."""
    live, crashes = prepared(target), BUILD / "crashes" / target.name
    logs, stats = BUILD / "logs" / f"{target.name}.txt", BUILD / "logs" / f"{target.name}.json"
    for folder in (crashes, logs.parent):
        folder.mkdir(parents=True, exist_ok=True)
    stats.unlink(missing_ok=True)
    before, broken = _files(live), _files(crashes)
    limits = (
        f"-max_total_time={seconds}",
        f"-timeout={HANG_S}",
        f"-rss_limit_mb={RSS_MB}",
        f"-max_len={target.max_bytes}",
    )
    words = [f"-dict={BUILD / 'words' / target.name}.dict"] if target.words else []
    command = _command(target, str(live), *limits, *words, f"-artifact_prefix={crashes}/", "-print_final_stats=1")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch, logs.open("wb") as log:
        try:
            code = subprocess.run(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(scratch, stats),
                cwd=ROOT,
                timeout=seconds + SPARE_S,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
    said = logs.read_text("utf-8", "replace")
    covered = _COVERED.findall(said)
    slowest = json.loads(stats.read_text()) if stats.exists() else {"slowest_ms": 0, "bytes": 0}
    return Ran(
        target=target.name,
        executions=max((int(a or b) for a, b in _COUNT.findall(said)), default=0),
        edges=int(covered[-1][0]) if covered else 0,
        features=int(covered[-1][1]) if covered else 0,
        new=len(_files(live) - before),
        crashes=tuple(sorted(_files(crashes) - broken)),
        slowest_ms=slowest["slowest_ms"],
        slowest_bytes=slowest["bytes"],
        code=code,
    )


def merge(target: Target) -> int:
    """Replace the kept corpus by the fewest inputs that reach the same coverage; gives how many those are."""
    live, least = prepared(target), BUILD / "merged" / target.name
    shutil.rmtree(least, ignore_errors=True)
    least.mkdir(parents=True)
    log = BUILD / "logs" / f"{target.name}.merge.txt"
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch, log.open("wb") as file:
        subprocess.run(
            _command(target, "-merge=1", f"-max_len={target.max_bytes}", str(least), str(live)),
            stdout=file,
            stderr=subprocess.STDOUT,
            env=_environment(scratch, Path(os.devnull)),
            cwd=ROOT,
            check=True,
        )
    return corpus.save(target.name, (path.read_bytes() for path in _files(least)))


def table(ran: Sequence[Ran]) -> Table:
    """All runs, a row each."""
    shown = Table("target", *("executions", "edges", "features", "new inputs", "crashes", "slowest input"))
    for column in shown.columns[1:]:
        column.justify = "right"
    for one in ran:
        slowest = f"{one.slowest_ms:,.1f} ms, {one.slowest_bytes:,} bytes"
        crashes = (
            f"[red]{len(one.crashes)}[/]" if one.crashes else "0" if one.code == 0 else f"[red]exit code {one.code}[/]"
        )
        numbers = (f"{one.executions:,}", f"{one.edges:,}", f"{one.features:,}", f"{one.new:,}")
        shown.add_row(one.target, *numbers, crashes, slowest)
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, say what came of it; 1 when anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("targets", nargs="*", help="names; all when none is given")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--merge", action="store_true", help="replace the kept corpus afterwards")
    given = parser.parse_args(arguments)
    unknown = set(given.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    chosen = [TARGETS[name] for name in given.targets or TARGETS]
    console = Console(width=None if sys.stdout.isatty() else 140)
    with ThreadPoolExecutor(max_workers=given.jobs) as pool:
        ran = list(pool.map(lambda target: fuzz(target, given.seconds), chosen))
        console.print(table(ran))
        if given.merge:
            kept = list(pool.map(merge, chosen))
            console.print(f"Kept corpus: {sum(kept):,} inputs.")
    for one in ran:
        for path in one.crashes:
            console.print(f"{path.relative_to(ROOT)}: mend the parser, then keep the input as", soft_wrap=True)
            console.print(f"  tests/fuzz/regressions/{one.target}/<what-it-shows>", soft_wrap=True)
        if one.code and not one.crashes:
            console.print(
                f"{one.target} ended with code {one.code}: see build/fuzz/logs/{one.target}.txt", soft_wrap=True
            )
    return int(any(one.crashes or one.code for one in ran))


if __name__ == "__main__":
    sys.exit(main())
