"""Python: requirements by uv into a virtual environment, the service in the base image."""

from __future__ import annotations

import re

from grader.errors import CandidateError, printable
from grader.gather.requirements import read_requirements
from grader.runtimes.base import Runtime
from grader.settings import Settings

_UV_REFUSED = (1, 2)
"""uv's own exit codes for "it does not work out" and "an error"; a signal or a crash is something else."""
_NOT_FOUND = re.compile(
    r"not found in the package registry|there (?:is|are) no versions? of|No solution found", re.IGNORECASE
)
_BECAUSE = re.compile(r"[Bb]ecause (.+?)(?:,? and you require|, we can conclude|\.\s|$)")
_UNREADABLE = re.compile(r"Couldn't parse requirement", re.IGNORECASE)
"""What ``packaging`` reads and uv does not, such as a version number beyond 64 bits."""
_NO_WHEEL = re.compile(
    r"no (?:usable )?wheels|building source distributions is disabled|no matching (?:platform|Python)", re.IGNORECASE
)


def _explain(stage: str, code: int, log: str) -> CandidateError | None:
    """By the installer's own words and exit code."""
    words = printable(" ".join(log.split())[-500:], 500)
    for pattern, name, sentence in (
        (_UNREADABLE, "install.requirement_refused", "A requirement cannot be read"),
        (_NO_WHEEL, "install.no_wheel", "A requirement has no wheel for Linux and Python 3.11"),
        (_NOT_FOUND, "install.requirement_not_found", "The requirements cannot be resolved"),
    ):
        if pattern.search(log):
            because = _BECAUSE.search(" ".join(log.split()))
            why = printable(because.group(1), 240) if because else words
            return CandidateError(
                name, f"{sentence}: {why}.", next_step="Mend the requirement; only wheels are installed.", detail=words
            )
    if stage == "install" and code in _UV_REFUSED:
        return CandidateError(
            "install.refused",
            f"The installer refused a package: {words}",
            next_step="Use another version or another package; logs/install.txt has all that it said.",
            detail=words,
        )
    return None


PYTHON = Runtime(
    name="python",
    image="base",
    env={
        "PATH": "/env/py/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    },
    read=read_requirements,
    installer="harness.install",
    folder="py",
    protocol="simple",
    upstream=Settings.index_url,
    explain=_explain,
    bare=False,
    own_tests=True,
)
