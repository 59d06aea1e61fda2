"""Proofs of a challenge's own, such as baselines that are computed again: a command, run in the challenge's folder.

The command prints one JSON object: ``{"sentence": "…", "heads": ["…"], "rows": [{"subject", "held", "cells"}],
"findings": [{"subject", "message", "next_step", "path"?, "level"?}]}``. A first word ``python`` is this interpreter.
"""

from __future__ import annotations

import subprocess
import sys

from pydantic import ValidationError

from grader.challenge import ChallengeFolder
from grader.errors import printable
from grader.record import Record
from grader.validation.shapes import TITLES, Demands, Finding, Proof, Row

_SECONDS = 900


class Answer(Record):
    """What the command prints."""

    sentence: str
    heads: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()


def baselines(folder: ChallengeFolder, demands: Demands) -> Proof:
    """Run the challenge's own proof of its baselines."""
    title = TITLES["baselines"]
    if not demands.baselines:
        return Proof(
            id="baselines", title=title, state="skipped", sentence="The challenge has no baselines of its own."
        )
    words = list(demands.baselines)
    command = [sys.executable, *words[1:]] if words[0] == "python" else words
    try:
        done = subprocess.run(
            command, cwd=folder.root, capture_output=True, text=True, timeout=_SECONDS, check=False, encoding="utf-8"
        )
        answer = Answer.model_validate_json(done.stdout)
    except (OSError, ValidationError, ValueError, subprocess.TimeoutExpired) as error:
        said = printable(str(error), 300)
        finding = Finding(
            subject=" ".join(words),
            message=f"the command gave no answer that can be read: {said}",
            next_step="Run it in the challenge's folder and see.",
        )
        return Proof(
            id="baselines", title=title, state="broken", sentence="They could not be computed.", findings=(finding,)
        )
    broken = any(finding.level == "error" for finding in answer.findings)
    return Proof(
        id="baselines",
        title=title,
        state="broken" if broken else "held",
        sentence=answer.sentence,
        findings=answer.findings,
        heads=answer.heads,
        rows=answer.rows,
    )
