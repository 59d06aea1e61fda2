"""A program's service through the checks of a challenge, many side by side: no linters, no own tests, no report.

What a proof needs of a reference fifty times, or of a hundred mutants, is whether checks are passed. A stand runs the
same pod, probe and hidden files as a grading and leaves out the rest.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import Field

from grader import promises
from grader.cancel import Cancel
from grader.challenge import ChallengeFolder
from grader.checks.hidden import judge_results
from grader.errors import GraderError, printable
from grader.evidence import PhaseResults, ServiceEvidence
from grader.evidence_work import Survey
from grader.gather.environment import Installer
from grader.gather.ours import run_ours
from grader.gather.retry import twice
from grader.gather.service import Asked, gather_service, hidden_files, training_of
from grader.gather.static import kit_digests
from grader.record import Record
from grader.runtimes import runtime_of
from grader.runtimes.base import Runtime
from grader.sandbox.base import File, Sandbox
from grader.sandbox.engine import Engine
from grader.sandbox.images import Images, ensure_images
from grader.sandbox.pod import Pod, PodSpec, fill_volume, known_volume, tree_files
from grader.sandbox.runs import live_run, sweep
from grader.scorecard import CheckScore
from grader.settings import Settings
from grader.submission import read_manifest

_FULL = 1 - 1e-9


class SeenCheck(Record):
    """One check of one run."""

    id: str
    share: float | None
    """0..1; none when it says nothing of the program."""
    passed: tuple[bool, ...] = ()
    """Each repeat: whether it was passed."""
    seconds: float
    message: str = ""
    measures: dict[str, float] = Field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether it earned all points."""
        return self.share is not None and self.share >= _FULL


class Seen(Record):
    """One run of a program's service."""

    ready: bool
    stops: int
    checks: tuple[SeenCheck, ...]
    seconds: float
    trouble: str = ""
    """What kept us from seeing it, in a sentence; nothing of it counts then."""
    memory_bytes: int | None = None

    def by_id(self) -> dict[str, SeenCheck]:
        """The checks by their ids."""
        return {check.id: check for check in self.checks}

    def lost(self) -> list[str]:
        """Checks that earned less than all; those that say nothing are left out."""
        return [check.id for check in self.checks if check.share is not None and not check.whole]


def attempted(run: Callable[[], Seen]) -> Seen:
    """What a run shows; an error of it is trouble that nothing follows from.

    Raises:
        InfrastructureError: ``sandbox.closed``.
    """
    try:
        return run()
    except GraderError as error:
        if error.code == "sandbox.closed":
            raise
        return Seen(ready=False, stops=0, checks=(), seconds=0, trouble=error.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A solution's folder, and texts that replace some of its files."""

    name: str
    folder: Path
    changed: dict[str, str] = field(default_factory=dict)

    def files(self) -> list[File]:
        """Its files as the service's container gets them; what is there for the ladder is left out."""
        files = [file for file in tree_files(self.folder, "app") if file.path != "app/expected.toml"]
        return [self._changed(file) for file in files]

    def _changed(self, file: File) -> File:
        text = self.changed.get(file.path.removeprefix("app/"))
        return file if text is None else replace(file, data=text.encode())


@dataclass(slots=True, kw_only=True)
class Stand:
    """One engine, one challenge, and room for some pods."""

    engine: Engine
    engine_id: str
    images: Images
    settings: Settings
    folder: ChallengeFolder
    cancel: Cancel
    known: str | None = None
    """Volume of vectors that pods of this stand have computed."""
    room: threading.Semaphore
    """So many pods at once; threads may be more."""
    _installing: threading.Lock = field(default_factory=threading.Lock)

    def run(self, program: Program, asked: Asked, *, alone: bool = False) -> Seen:
        """Run a program's service through what is asked of it; ``alone``: no vector is known, as in a grading.

        Raises:
            GraderError: the program cannot be installed or started at all, or ``sandbox.closed``.
        """
        with self.room, self._sandbox() as sandbox:
            began = time.monotonic()
            service, phases = twice(lambda: self._attempt(sandbox, program, asked, None if alone else self.known))
        checks = judge_results(self.folder.challenge, phases)
        results = {check.id: check for phase in phases for check in phase.checks}
        return Seen(
            ready=service.became_ready,
            stops=len(service.stops),
            checks=tuple(
                SeenCheck(
                    id=check.id,
                    share=check.share,
                    passed=tuple(repeat.outcome.value == "passed" for repeat in results[check.id].repeats),
                    seconds=check.seconds,
                    message=_sentence(check),
                    measures={name: measure.value for name, measure in check.measures.items()},
                )
                for check in checks.values()
            ),
            seconds=round(time.monotonic() - began, 2),
            memory_bytes=service.memory_peak_bytes,
        )

    def survey(self, program: Program, seed: int) -> Survey:
        """Where the program's source can be mutated, drawn by the seed; read in a container, like a candidate's."""
        with self._sandbox() as sandbox:
            limits = self.settings.limits
            volume = fill_volume(sandbox, self.images, limits, "source", program.files())
            return twice(
                lambda: run_ours(
                    sandbox,
                    self.images,
                    limits,
                    source=volume,
                    module="harness.owntests.survey",
                    job=("job.json", {"kit": kit_digests(self.folder), "seed": seed}),
                    result=("survey.json", Survey),
                )
            )

    def _attempt(
        self, sandbox: Sandbox, program: Program, asked: Asked, known: str | None
    ) -> tuple[ServiceEvidence, tuple[PhaseResults, ...]]:
        limits = self.settings.limits
        manifest = read_manifest(program.folder)
        runtime = runtime_of(program.folder, manifest)
        environment = self._environment(sandbox, program, runtime)
        volume = fill_volume(sandbox, self.images, limits, "source", program.files())
        spec = PodSpec(
            images=self.images,
            limits=limits,
            source=volume,
            image=self.images.tags[runtime.image],
            env=runtime.env,
            command=manifest.service.command,
            hidden=hidden_files(self.folder),
            training=training_of(self.folder, manifest),
            known=known,
        )
        pod = Pod(sandbox, spec)
        try:
            pod.open()
            pod.serve(environment)
            return gather_service(pod, self.folder, limits, asked, lambda _: None)
        finally:
            pod.close()

    def _environment(self, sandbox: Sandbox, program: Program, runtime: Runtime) -> str:
        installer = Installer(
            sandbox=sandbox,
            images=self.images,
            settings=self.settings,
            limits=self.settings.limits,
            engine_id=self.engine_id,
        )
        with self._installing:  # the second of two alike finds what the first has made
            volume, _ = installer.environment(runtime.read(program.folder, self.settings.limits), runtime)
        return volume

    @contextmanager
    def _sandbox(self) -> Iterator[Sandbox]:
        with live_run(self.settings) as run_id:
            sandbox = promises.docker_sandbox(self.engine, run_id, self.settings)
            try:
                with self.cancel.over(sandbox):
                    yield sandbox
            finally:
                sandbox.close()


@dataclass(slots=True, kw_only=True)
class Pools:
    """Threads: whole gradings need a processor each (linters, own tests), pods on a stand mostly wait.

    Together they are as many at once as was asked for: pods take the places of gradings once no more are to come.
    """

    gradings: ThreadPoolExecutor
    pods: ThreadPoolExecutor
    whole: int
    """So many gradings at once."""
    room: threading.Semaphore
    _coming: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, gradings: Sequence[Future[Any]]) -> None:
        """Say which gradings there are; each that leaves its place for good gives it to a pod."""
        self._coming = len(gradings)
        for _ in range(max(0, self.whole - len(gradings))):
            self.room.release()
        for grading in gradings:
            grading.add_done_callback(self._left)

    def _left(self, _: Future[Any]) -> None:
        with self._lock:
            self._coming -= 1
            if self._coming < self.whole:
                self.room.release()


def _sentence(check: CheckScore) -> str:
    """What a check said, for an author."""
    parts = [check.message]
    if check.expected:
        parts.append(f"Expected {check.expected}, saw {check.seen}.")
    return printable(" ".join(part for part in parts if part), 400)


@contextmanager
def opened(folder: ChallengeFolder, settings: Settings, jobs: int) -> Iterator[tuple[Stand, Pools]]:
    """A stand, and threads for what runs on it and beside it; left early, everything under way is ended.

    Raises:
        InfrastructureError: no engine, or no images.
    """
    cancel = Cancel()
    with Engine() as engine:
        sweep(engine, settings)
        images = ensure_images(engine, settings, lambda _: None)
        with live_run(settings) as run_id:
            shared = promises.docker_sandbox(engine, run_id, settings)
            whole = min(jobs, os.cpu_count() or 1)
            room = threading.Semaphore(max(0, jobs - whole))
            pools = Pools(
                gradings=ThreadPoolExecutor(max_workers=whole, thread_name_prefix="grading"),
                pods=ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="pod"),
                whole=whole,
                room=room,
            )
            try:
                stand = Stand(
                    engine=engine,
                    engine_id=engine.facts()["id"],
                    images=images,
                    settings=settings,
                    folder=folder,
                    cancel=cancel,
                    known=known_volume(shared, images, settings.limits),
                    room=room,
                )
                yield stand, pools
            except BaseException:
                for pool in (pools.gradings, pools.pods):
                    pool.shutdown(wait=False, cancel_futures=True)
                cancel.now()
                raise
            finally:
                for pool in (pools.gradings, pools.pods):
                    pool.shutdown(wait=True)
                shared.close()
