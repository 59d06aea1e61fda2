"""Runs a tool with a budget of processor seconds. Not of the clock: a busy machine must cost nobody."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


def run_limited(
    command: Sequence[str],
    cpu_s: int,
    *,
    given: bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> bytes:
    """What a tool prints until it ends, or is ended because it used up its budget. The container bounds the clock."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd, env=env
    ) as process:
        with suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (cpu_s, cpu_s))
        return process.communicate(given)[0]
