"""Node: the packages of an npm lock file, the service in an image with a Node of its own."""

from __future__ import annotations

from grader.errors import CandidateError, printable
from grader.gather.npm_lock import read_npm
from grader.runtimes.base import Runtime
from grader.settings import Settings

_STAGES = {
    "integrity": ("install.integrity", "Run `npm install` against the public registry and commit package-lock.json."),
    "not_found": ("install.requirement_not_found", "Name a version that the registry has, and lock it again."),
    "refused": ("install.refused", "Use another version or another package."),
}
"""Stages of :mod:`harness.install.node` in which a package, and nobody else, is at fault."""


def _explain(stage: str, _: int, log: str) -> CandidateError | None:
    if stage not in _STAGES:
        return None
    code, next_step = _STAGES[stage]
    words = printable(" ".join(log.split()), 500)
    return CandidateError(code, words, next_step=next_step, detail=words)


NODE = Runtime(
    name="node",
    image="node",
    env={
        # What packages bring comes last: a program of theirs called `node` is never taken for the real one.
        "PATH": "/usr/local/bin:/usr/bin:/bin:/env/node/node_modules/.bin",
        "NODE_ENV": "production",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    },
    read=read_npm,
    installer="harness.install.node",
    folder="node",
    protocol="npm",
    upstream=Settings.npm_registry_url,
    explain=_explain,
    bare=True,
    own_tests=False,
)
