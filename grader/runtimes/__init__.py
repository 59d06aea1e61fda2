"""The runtimes that a service may be written for, and the rule that says which one a submission has.

Asked in this order; the first that answers decides:

1. ``[service] runtime`` in ``takehome.toml``.
2. The program that the command starts: ``python…``; ``node``, ``npm`` or ``npx``.
3. The files at the repository's root: ``package.json`` says Node; ``requirements.txt``, ``pyproject.toml`` or
   ``uv.lock`` says Python, and so does none of all these. Both is an error, unless ``package.json`` has no
   ``package-lock.json`` beside it (tools of a Python project).
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.errors import CandidateError
from grader.runtimes.base import Runtime
from grader.runtimes.node import NODE
from grader.runtimes.python import PYTHON
from grader.submission import Manifest

RUNTIMES = {runtime.name: runtime for runtime in (PYTHON, NODE)}
_PROGRAMS = ((re.compile(r"python[0-9.]*"), PYTHON), (re.compile(r"node|npm|npx"), NODE))
_PYTHON_FILES = ("requirements.txt", "pyproject.toml", "uv.lock")


def runtime_of(tree: Path, manifest: Manifest) -> Runtime:
    """The runtime of a submission.

    Raises:
        CandidateError: ``manifest.runtime_unclear`` when its files say both and nothing else decides.
    """
    if manifest.service.runtime is not None:
        return RUNTIMES[manifest.service.runtime]
    program = manifest.service.command[0].rpartition("/")[2]
    for pattern, runtime in _PROGRAMS:
        if pattern.fullmatch(program):
            return runtime
    if not (tree / "package.json").is_file():
        return PYTHON
    python = next((name for name in _PYTHON_FILES if (tree / name).is_file()), None)
    if python is None:
        return NODE
    if not (tree / "package-lock.json").is_file():
        return PYTHON
    raise CandidateError(
        "manifest.runtime_unclear",
        f"The repository has a package-lock.json and a {python}, so it may be a Node or a Python service.",
        next_step='Add runtime = "node" or runtime = "python" to [service] in takehome.toml.',
    )
