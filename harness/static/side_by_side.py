"""Many files, two readers, one deadline: a file that ends its reader counts as unread, the rest is read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.static.reading import Answer

READERS, _SMALL = 2, 60_000
"""A reader costs a third of a second before it reads; so few bytes need one alone."""
STOPPED, LATE = "the analyser stopped on it", "beyond the time that reading may take"


def read_all(root: Path, files: Mapping[str, str], deadline: float) -> dict[str, Answer]:
    """An answer for every file, by name; those that could not be read name their problem."""
    sizes = {name: (root / name).stat().st_size for name in files}
    order = sorted(files.items(), key=lambda item: (-sizes[item[0]], item[0]))
    readers = READERS if sum(sizes.values()) > _SMALL else 1
    shares = [order[start::readers] for start in range(readers)]
    with ThreadPoolExecutor(readers) as pool:
        parts = list(pool.map(lambda share: _read(root, share, deadline), shares))
    return {name: answer for part in parts for name, answer in part.items()}


def _read(root: Path, files: list[tuple[str, str]], deadline: float) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    left = list(files)
    while left:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return answers | {name: {"language": language, "problem": LATE} for name, language in left}
        got = _answers(root, left, remaining)
        answers |= {name: answer for (name, _), answer in zip(left, got, strict=False)}
        left = left[len(got) :]
        if left and time.monotonic() < deadline:
            name, language = left.pop(0)
            answers[name] = {"language": language, "problem": STOPPED}
    return answers


def _answers(root: Path, files: list[tuple[str, str]], seconds: float) -> list[Answer]:
    """What one reader answered before it ended, by itself or by the clock."""
    request = json.dumps({"root": str(root), "files": files}).encode()
    command = [sys.executable, "-m", "harness.static.reading"]
    try:
        done = subprocess.run(
            command, input=request, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False
        )
        out = done.stdout
    except subprocess.TimeoutExpired as error:
        out = error.stdout or b""
    return [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith(b"\n")]
