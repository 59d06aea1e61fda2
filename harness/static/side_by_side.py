"""Many files, two readers, one budget: a file that ends its reader counts as unread, the rest is read."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.static.limited import run_limited
from harness.static.reading import FILE_S, Answer

READERS, _SMALL = 2, 60_000
"""A reader costs a third of a second before it reads; so few bytes need one alone."""
BUDGET_S = 60
"""Processor seconds of one reader and those that follow it. Eight megabytes of plain code take a third of this."""
STOPPED, LATE = "the analyser stopped on it", "beyond the time that reading may take"


def read_all(root: Path, files: Mapping[str, str]) -> dict[str, Answer]:
    """An answer for every file, by name; those that could not be read name their problem."""
    sizes = {name: (root / name).stat().st_size for name in files}
    order = sorted(files.items(), key=lambda item: (-sizes[item[0]], item[0]))
    readers = READERS if sum(sizes.values()) > _SMALL else 1
    shares = [order[start::readers] for start in range(readers)]
    with ThreadPoolExecutor(readers) as pool:
        parts = list(pool.map(lambda share: _read(root, share), shares))
    return {name: answer for part in parts for name, answer in part.items()}


def _read(root: Path, files: list[tuple[str, str]]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    left, budget = list(files), float(BUDGET_S)
    while left:
        if budget < 1:
            return answers | {name: {"language": language, "problem": LATE} for name, language in left}
        got = _answers(root, left, int(budget))
        answers |= {name: answer for (name, _), answer in zip(left, got, strict=False)}
        budget -= got[-1]["cpu_s"] if got else 0
        left = left[len(got) :]
        if left:  # the reader ended on this one
            name, language = left.pop(0)
            answers[name] = {"language": language, "problem": STOPPED}
            budget -= FILE_S / 2
    return answers


def _answers(root: Path, files: list[tuple[str, str]], cpu_s: int) -> list[Answer]:
    """What one reader answered before it ended."""
    request = json.dumps({"root": str(root), "files": files}).encode()
    out = run_limited([sys.executable, "-m", "harness.static.reading"], cpu_s, given=request)
    return [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith(b"\n")]
