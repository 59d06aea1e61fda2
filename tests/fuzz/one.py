"""Fuzz one target in this process, guided by coverage: ``python -m tests.fuzz.one TARGET [libFuzzer's options]``.

Started by ``tests.fuzz.run``. ``FUZZ_STATS`` names the file that gets the slowest input so far.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import atheris

READERS = (
    "grader",
    "harness",
    "tomllib",
    "packaging",
    "shlex",
    "h11",
    "httpcore",
    "starlette",
    "uvicorn",
    "tarfile",
    "radon",
)
"""Packages whose branches guide the search: ours, and the pure-Python parsers below them."""

with atheris.instrument_imports(include=list(READERS), enable_loader_override=False):
    from tests.fuzz.support import Target, hold
    from tests.fuzz.targets import TARGETS


class Timed:
    """Runs a target, holds each input to its processor time, and remembers the slowest."""

    def __init__(self, target: Target, stats: Path) -> None:
        self._target, self._stats = target, stats
        self._slowest = 0.0

    def __call__(self, data: bytes) -> None:
        """One input."""
        began = time.process_time()
        self._target.run(data)
        took = time.process_time() - began
        if took > self._slowest:
            self._slowest = took
            self._stats.write_text(json.dumps({"slowest_ms": round(took * 1_000, 2), "bytes": len(data)}))
        hold(took <= self._target.seconds, f"{took:.1f} s of processor time for {len(data)} bytes")


def main(name: str, options: list[str]) -> None:
    """Fuzz until libFuzzer ends the process."""
    timed = Timed(TARGETS[name], Path(os.environ.get("FUZZ_STATS", os.devnull)))
    # libFuzzer starts itself again to merge, by a shell command made of its first argument.
    myself = f"{sys.executable} -m tests.fuzz.one {name}"
    atheris.Setup([myself, *options], timed, enable_python_coverage=True)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
