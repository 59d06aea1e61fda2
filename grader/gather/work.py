"""Gathers what stands around the code: documents and history at once, own tests after the service's phases.

Each part fails on its own: what is ours is recorded and not assessed, and ends no grading.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from grader.challenge import ChallengeFolder, Source
from grader.clock import Clock
from grader.errors import CandidateError, GraderError
from grader.evidence import Failure
from grader.evidence_work import Documents, History, OwnTests, Survey, WorkEvidence
from grader.fetch import FetchedSource
from grader.gather.environment import Installer
from grader.gather.ours import run_ours
from grader.gather.own_tests import gather_own_tests
from grader.gather.requirements import read_development, read_requirements
from grader.gather.retry import twice
from grader.gather.service import phase_seed
from grader.gather.static import kit_digests
from grader.gather.suite import Suite
from grader.gather.wanted import Wanted
from grader.history import gather_history
from grader.runtimes.base import Runtime

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Work:
    """One grading's work evidence, under way."""

    installer: Installer
    folder: ChallengeFolder
    clock: Clock
    pool: ThreadPoolExecutor
    fetched: FetchedSource
    source: str
    """The volume that holds the source tree in its folder ``app``."""
    seed: int
    deadline: datetime | None = None
    chosen: str = "newest"
    _documents: Future[Documents] | None = None
    _history: Future[History] | None = None
    _survey: Future[Survey] | None = None
    _own_tests: Future[OwnTests] | None = None
    _failures: list[Failure] = field(default_factory=list)

    def read(self) -> None:
        """Begin what needs no environment: documents, history, and the survey of the tests."""
        self._documents = self.pool.submit(
            self._timed, "documents", "README and decisions, without a network", self._read
        )
        self._history = self.pool.submit(self._log)
        if any(criterion.source is Source.OWN_TESTS for criterion in self.folder.challenge.criteria):
            self._survey = self.pool.submit(lambda: twice(self._surveyed))

    def test(self, environment: str, runtime: Runtime) -> None:
        """Begin the candidate's own tests, where the challenge asks for them and a suite of their language is run."""
        if self._survey is not None and runtime.own_tests:
            self._own_tests = self.pool.submit(
                self._timed, "own tests", "the submission's suite, and seeded bugs", lambda: self._tested(environment)
            )

    def results(self) -> dict[str, object]:
        """Wait for every part; what failed is recorded.

        Raises:
            InfrastructureError: ``sandbox.closed``.
        """
        work = WorkEvidence(
            own_tests=self._result("own_tests", self._own_tests),
            documents=self._result("documents", self._documents),
            history=self._result("history", self._history),
        )
        return {"work": work, "work_failures": tuple(self._failures)}

    def _result(self, name: str, future: Future[T] | None) -> T | None:
        try:
            return future.result() if future is not None else None
        except GraderError as error:
            if error.code == "sandbox.closed":
                raise
            self._failures.append(Failure.of(error, name))
            return None

    def _timed(self, stage: str, note: str, part: Callable[[], T]) -> T:
        with self.clock.stage(stage, note):
            return twice(part)

    def _read(self) -> Documents:
        installer = self.installer
        found = run_ours(
            installer.sandbox,
            installer.images,
            installer.limits,
            source=self.source,
            module="harness.documents",
            job=("kit.json", kit_digests(self.folder)),
            result=("documents.json", Documents),
        )
        self.clock.came_of("documents", f"{len(found.files)} documents, {len(found.decisions)} decisions")
        return found

    def _log(self) -> History:
        limit = self.installer.limits.history_commits
        return gather_history(self.fetched, limit, deadline=self.deadline, chosen=self.chosen)

    def _surveyed(self) -> Survey:
        installer = self.installer
        return run_ours(
            installer.sandbox,
            installer.images,
            installer.limits,
            source=self.source,
            module="harness.owntests.survey",
            job=("job.json", {"kit": kit_digests(self.folder), "seed": phase_seed(self.seed, "own_tests")}),
            result=("survey.json", Survey),
        )

    def _tested(self, environment: str) -> OwnTests:
        if self._survey is None:
            raise RuntimeError("read() comes before test()")
        survey = self._survey.result()
        extra: tuple[str, ...] = ()
        notes: list[str] = []
        if survey.test_files:
            environment, extra, notes = self._environment(environment)
        suite = Suite(
            sandbox=self.installer.sandbox,
            images=self.installer.images,
            limits=self.installer.limits,
            tree=self.fetched.tree_dir,
            environment=environment,
            survey=survey,
        )
        found = gather_own_tests(suite, phase_seed(self.seed, "own_tests"), extra=extra, notes=notes)
        caught = sum(mutant.outcome == "caught" for mutant in found.mutants)
        self.clock.came_of(
            "own tests",
            f"{found.base.outcome.replace('_', ' ')}, {caught} of {len(found.mutants)} seeded bugs caught"
            if found.base
            else "no test found",
        )
        return found

    def _environment(self, service: str) -> tuple[str, tuple[str, ...], list[str]]:
        """An environment with the requirements for tests too, where the submission declares any that are not there."""
        tree, limits = self.fetched.tree_dir, self.installer.limits
        wanted = read_requirements(tree, limits)
        extra, note = read_development(tree)
        notes = [note] if note else []
        own = {canonicalize_name(Requirement(line).name) for line in wanted.requirements}
        extra = tuple(line for line in extra if canonicalize_name(Requirement(line).name) not in own)
        if not extra:
            return service, (), notes
        both = Wanted(source=wanted.source, requirements=wanted.requirements + extra, constraints=wanted.constraints)
        try:
            volume, _ = self.installer.environment(both)
        except CandidateError as error:
            return service, (), [*notes, f"The requirements for tests were not installed: {error.message}"[:300]]
        return volume, extra, notes
