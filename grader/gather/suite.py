"""One run of the candidate's suite on one tree, in a container of its own.

The container has the candidate's environment, no network, and no copy of any other tree: what a suite could compare
itself with is only what it brought along. Its answer is its own word; how the container ended is the watchdog's.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import InfrastructureError, printable
from grader.evidence_work import Edit, SuiteRun, Survey
from grader.limits import Limits
from grader.sandbox.base import ContainerSpec, End, File, Mount, Sandbox
from grader.sandbox.images import Images
from grader.sandbox.pod import GATEWAY_PORT, SERVICE_PORT, fill_volume, tree_files

_UID_TESTS = 10007
_START_S = 15.0
"""Beyond the suite's own time: the container's start and the copying of the tree."""
_RUNNER = "/opt/grader/code/harness/owntests/run.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A run, and on a measured one what it reached."""

    run: SuiteRun
    covered: int = 0
    reached: int = 0
    """A bit for each surveyed site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The candidate's suite and what it runs in."""

    sandbox: Sandbox
    images: Images
    limits: Limits
    tree: Path
    environment: str
    survey: Survey

    def run(self, seconds: float, edit: Edit | None = None, *, measured: bool = False) -> Answer:
        """Run it on the tree as it is, or with one edit.

        Raises:
            InfrastructureError: ``own_tests.no_runner`` when our own process did not even start.
        """
        nonce = secrets.token_hex(8)
        sites = [(bug.path, bug.line) for bug in self.survey.bugs] if measured else []
        job = {
            "nonce": nonce,
            "files": [file.path for file in self.survey.test_files],
            "lines": self.survey.lines if measured else None,
            "sites": sites,
            "seconds": seconds,
        }
        files = [_edited(file, edit) for file in tree_files(self.tree, "app")]
        files += [File(path="job", data=None, mode=0o755), File(path="job/job.json", data=json.dumps(job).encode())]
        volume = fill_volume(self.sandbox, self.images, self.limits, "suite", files)
        container = self.sandbox.create(self._spec(volume))
        try:
            container.start()
            end = container.wait(seconds + _START_S)
            log = container.log()
        finally:
            container.remove()
            self.sandbox.drop_volume(volume)
        said = f"{log.head}\n{log.tail}"
        if '{"owntests": "started"}' not in said:
            raise InfrastructureError(
                "own_tests.no_runner",
                f"Our test runner did not start ({end.reason}, exit code {end.exit_code}).",
                next_step="Grade again; own tests are not assessed until it does.",
                detail=printable(said, 2_000),
            )
        return _answer(said, nonce, end)

    def _spec(self, volume: str) -> ContainerSpec:
        return ContainerSpec(
            role="suite",
            image=self.images.tags["tests"],
            command=["python3", "-I", "-S", _RUNNER],
            uid=_UID_TESTS,
            gid=_UID_TESTS,
            limits=self.limits.tests,
            env={
                "PATH": "/env/py/bin:/usr/local/bin:/usr/bin:/bin",
                "HOME": "/tmp",  # noqa: S108 - inside the container
                "LANG": "C.UTF-8",
                "PYTHONPATH": "",  # ours stands at the end of the path, behind what the candidate installed
                "PORT": str(SERVICE_PORT),
                "DATA_DIR": "/tmp/data",  # noqa: S108
                # Nothing listens there: a suite that needs the gateway brings its own double of it.
                "EMBEDDINGS_URL": f"http://127.0.0.1:{GATEWAY_PORT}/v1",
                "EMBEDDINGS_API_KEY": "none",
                "EMBEDDINGS_MODEL": "none",
            },
            mounts=[Mount(volume=volume, path="/src"), Mount(volume=self.environment, path="/env")],
            workdir="/tmp",  # noqa: S108
            lifetime_s=self.limits.container_s,
        )


def _edited(file: File, edit: Edit | None) -> File:
    if edit is None or file.data is None or file.path != f"app/{edit.path}":
        return file
    return replace(file, data=file.data[: edit.start] + edit.replacement.encode() + file.data[edit.end :])


def _answer(said: str, nonce: str, end: End) -> Answer:
    """The last line with our nonce; anything else that was printed is nobody's answer."""
    for text in reversed(said.splitlines()):
        if not text.startswith(f'{{"owntests": "{nonce}"'):
            continue
        try:
            found = json.loads(text)
            counts = found["answer"] or {}
            run = SuiteRun(
                outcome=_outcome(counts),
                passed=max(0, int(counts.get("passed", 0))),
                failed=max(0, int(counts.get("failed", 0))),
                errors=max(0, int(counts.get("errors", 0))),
                skipped=max(0, int(counts.get("skipped", 0))),
                asserted=printable(str(counts.get("asserted", "")), 300),
                first=printable(str(counts.get("first", "")), 300),
                runner=printable(str(counts.get("runner", "")), 100),
                ended="" if counts else f"ended with {printable(str(found['exit']), 40)} and no answer",
                output=printable(" / ".join(str(found["output"]).splitlines()), 1_200),
                seconds=round(end.seconds, 2),
            )
            return Answer(
                run=run,
                covered=max(0, int(found.get("covered", 0))),
                reached=int(str(found.get("hit", "0"))[:1_000], 16),
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            break
    ended = f"{end.reason.replace('_', ' ')}, exit code {end.exit_code}"
    return Answer(run=SuiteRun(outcome="no_answer", ended=ended, seconds=round(end.seconds, 2)))


def _outcome(counts: dict[str, object]) -> str:
    if not counts:
        return "no_answer"
    if counts["failed"] or counts["errors"]:
        return "red"
    return "green" if counts["passed"] else "nothing_ran"
