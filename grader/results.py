"""The folder of a grading: appears whole, or not at all.

``evidence.json`` · ``scorecard.json`` · ``report.html`` · ``logs/``
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from grader.errors import UsageError
from grader.evidence import Evidence, Log
from grader.limits import MB
from grader.record import disk_error, write_whole
from grader.report.render import render_reviewer
from grader.scorecard import Scorecard

EVIDENCE, SCORECARD, REPORT, LOGS = "evidence.json", "scorecard.json", "report.html", "logs"
_ROOM = 16 * MB


def prepare(out: Path) -> None:
    """Refuse early what could not be written later, before minutes are spent.

    Raises:
        UsageError: ``out.in_use``.
        InfrastructureError: ``disk.full`` or ``disk.write``.
    """
    out = out.resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            "out.in_use",
            f"{out} is not an empty folder.",
            next_step="Gradings are kept: name another --out, or move the old one away.",
        )
    if out == Path.cwd() or out.is_mount():
        raise UsageError(
            "out.in_use",
            f"{out} cannot be replaced by a grading: it is the current folder, or a mount point.",
            next_step="Name a new folder inside it as --out.",
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(out.parent).free < _ROOM:
            raise disk_error(OSError(28, "No space left on device"), out)
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        raise disk_error(error, out) from error


def write(out: Path, evidence: Evidence, scorecard: Scorecard, logs: Mapping[str, Log | None]) -> None:
    """Write a grading's folder: filled beside its place, then renamed into it.

    Raises:
        InfrastructureError: ``disk.full`` or ``disk.write``; nothing half-written stays.
    """
    out = out.resolve()
    report = render_reviewer(scorecard).encode()
    partial: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.partial-"))
        partial.chmod(0o755)
        for name, log in logs.items():
            if log is not None:
                write_whole(partial / LOGS / f"{name}.txt", log_text(log).encode())
        (partial / LOGS).mkdir(exist_ok=True)
        write_whole(partial / REPORT, report)
        scorecard.save(partial / SCORECARD)
        evidence.save(partial / EVIDENCE)
        os.sync()
        partial.rename(out)
    except OSError as error:
        raise disk_error(error, out) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)


def log_text(log: Log) -> str:
    """A log as text, with the gap said out loud."""
    if not log.truncated:
        return log.head
    return f"{log.head}\n[… truncated: {log.bytes} bytes in all; the head and the tail are kept …]\n{log.tail}"
