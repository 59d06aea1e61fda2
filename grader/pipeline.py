"""How a submission becomes a report. Read this page first.

::

    URL ──fetch──▶ source tree ──install──▶ environment ──gather──▶ evidence ──score──▶ scorecard ──render──▶ report

:func:`grade` reads top to bottom as that line. While the requirements install, the
analysers read the source and the pod's edge starts; the service then runs through the challenge's
phases, and after them, on quiet processors, the submission's own tests run. Scoring and rendering are pure and can be
done again from the saved evidence.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader import __version__, promises, results
from grader.cancel import Cancel
from grader.challenge import ChallengeFolder, load_challenge
from grader.clock import Clock, Progress
from grader.errors import CandidateError, GraderError, InfrastructureError, UsageError, printable
from grader.evidence import (
    Evidence,
    Failure,
    Identity,
    InstallEvidence,
    PhaseResults,
    ServiceEvidence,
    StaticOutcome,
)
from grader.fetch import FetchedSource, FetchLimits, FetchPolicy, fetch
from grader.gather.environment import Installer
from grader.gather.retry import twice
from grader.gather.service import Asked, gather_service, hidden_files, require_ready, training_of
from grader.gather.static import gather_static, own_work
from grader.gather.work import Work
from grader.remote import shown
from grader.runtimes import runtime_of
from grader.runtimes.base import Runtime
from grader.sandbox.base import Sandbox
from grader.sandbox.engine import Engine
from grader.sandbox.images import Images, ensure_images, harness_digest
from grader.sandbox.pod import Pod, PodSpec, fill_volume, tree_files
from grader.sandbox.runs import live_run, run_folder, sweep
from grader.scorecard import Scorecard
from grader.scoring import score
from grader.settings import Settings
from grader.submission import Manifest, Submission, read_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One grading that somebody asks for."""

    url: str
    challenge: str
    out: Path
    commit: str | None = None
    edition: str | None = None
    """The edition of the challenge's data; the challenge's own when none is given."""
    seed: int | None = None
    """Drawn when none is given; the same seed gives the same values and order."""
    policy: FetchPolicy = field(default_factory=FetchPolicy)
    deadline: datetime | None = None
    """The end of the candidate's window. What is later is shown, or not graded where the challenge says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A finished grading and where it lies."""

    scorecard: Scorecard
    out: Path


def grade(request: Request, settings: Settings, progress: Progress, cancel: Cancel | None = None) -> Graded:
    """Grade one submission: from URL to report. ``cancel`` ends it from another thread.

    A failure that is the candidate's, or ours once the engine works, still ends in a written scorecard
    that says so. Interrupted at any point, nothing keeps running and nothing is written.

    Raises:
        UsageError: the challenge is unknown, or ``out`` is taken.
        ChallengeError: the challenge is broken.
        InfrastructureError: no engine, no images, no disk, ``engine.not_held``, or ``sandbox.closed``.
    """
    results.prepare(request.out)
    folder = load_challenge(request.challenge, settings.challenges, request.edition)
    clock = Clock(progress)
    with Engine() as engine:
        facts, images = _prepare_engine(engine, settings, clock)
        with live_run(settings) as run_id:
            sandbox = promises.docker_sandbox(engine, run_id, settings)
            draft = _Draft(evidence=_blank(request, folder, images, facts, settings, run_id))
            ends = (cancel or Cancel()).over(sandbox)
            with ends, _deadline(sandbox, settings, draft), ThreadPoolExecutor(max_workers=8) as pool:
                try:
                    run = _Run(request, settings, folder, images, sandbox, facts["id"], clock, pool, draft)
                    run.gather(run_folder(settings, run_id))
                except BaseException:
                    sandbox.close()  # before the pool is waited for: it ends every call under way
                    raise
            with clock.stage("clean up", "removing containers and volumes"):
                sandbox.close()
    return _finish(request, draft, clock)


@contextmanager
def _deadline(sandbox: Sandbox, settings: Settings, draft: _Draft) -> Iterator[None]:
    """The grading's own deadline: when it passes, everything is ended, and the evidence says so."""
    passed = threading.Event()

    def end() -> None:
        passed.set()
        sandbox.close()

    timer = threading.Timer(settings.limits.grading_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except InfrastructureError as error:
        if not passed.is_set() or error.code != "sandbox.closed":
            raise
        late = InfrastructureError(
            "grading.timeout",
            f"The grading took longer than {settings.limits.grading_s:.0f} seconds and was ended.",
            next_step="Grade again on a less busy machine; a person should look at it if it stays.",
        )
        draft.add(failure=Failure.of(late, "grading"), service=None, phases=())
    finally:
        timer.cancel()


def _prepare_engine(engine: Engine, settings: Settings, clock: Clock) -> tuple[dict[str, str], Images]:
    """Remove what dead runs left, and find or make our images."""
    with clock.stage("engine", "looking for the container engine") as say:
        facts = engine.facts()
        swept = sweep(engine, settings)
        if swept.removed:
            say(f"removed {len(swept.removed)} things that a dead run had left")
        images = ensure_images(engine, settings, say)
        clock.came_of("engine", f"images built: {', '.join(images.built)}" if images.built else "images reused")
    if settings.require_promises:
        with clock.stage("promises", "what the engine holds"):
            promises.require(engine, settings)
    return facts, images


@dataclass(slots=True)
class _Draft:
    """The evidence so far."""

    evidence: Evidence

    def add(self, **facts: object) -> None:
        self.evidence = self.evidence.model_copy(update=facts)


@dataclass(frozen=True, slots=True)
class _Run:
    """One grading under way: the stages that gather evidence."""

    request: Request
    settings: Settings
    folder: ChallengeFolder
    images: Images
    sandbox: Sandbox
    engine_id: str
    clock: Clock
    pool: ThreadPoolExecutor
    draft: _Draft

    def gather(self, temporary: Path) -> None:
        """Fetch, install, serve, analyse; what stops it becomes part of the evidence."""
        stage = "fetch"
        try:
            fetched = self._fetch(temporary)
            stage = "manifest"
            volume = self._source_volume(fetched)
            static = self.pool.submit(self._static, volume)
            work = self._work(fetched, volume)
            work.read()
            try:
                manifest, runtime = self._manifest(fetched)
                stage = "install"
                opening = self.pool.submit(self._open_pod, volume, manifest, runtime)
                environment = self._install(fetched, runtime)
                stage = "service"
                service, phases = self._serve(opening, environment, volume, manifest, runtime)
                self.draft.add(service=service, phases=phases)
                work.test(environment, runtime)  # not beside the phases: their latency and deadlines are measured
                require_ready(service, phases)
            except GraderError:
                self.draft.add(static=static.result(), **work.results())
                raise
            self.draft.add(static=static.result(), **work.results())
        except GraderError as error:
            if error.code == "sandbox.closed" or isinstance(error, UsageError):
                raise
            self.clock.progress.note(stage, f"stopped: {error.code}")
            self.draft.add(failure=Failure.of(error, stage))

    def _fetch(self, temporary: Path) -> FetchedSource:
        limits = self.settings.limits
        with self.clock.stage("fetch", shown(self.request.url)):
            fetched = fetch(
                self.request.url,
                commit=self.request.commit,
                into=temporary,
                policy=self.request.policy,
                limits=FetchLimits(
                    max_clone_bytes=limits.clone_bytes,
                    max_tree_bytes=limits.tree_bytes,
                    max_file_bytes=limits.tree_file_bytes,
                    max_paths=limits.tree_paths,
                    max_depth=limits.tree_depth,
                    timeout_s=limits.fetch_s,
                ),
                before=self._before(),
            )
            self.clock.came_of("fetch", f"commit {fetched.commit[:12]}, {fetched.files} files")
        self.draft.add(
            submission=Submission(
                url=fetched.url,
                commit=fetched.commit,
                tree=fetched.tree,
                committed_at=fetched.time,
                subject=fetched.subject,
                files=fetched.files,
                bytes=fetched.bytes,
                notes=fetched.notes,
            ),
            identity=self.draft.evidence.identity.model_copy(update={"commit": fetched.commit}),
        )
        return fetched

    def _manifest(self, fetched: FetchedSource) -> tuple[Manifest, Runtime]:
        manifest = read_manifest(fetched.tree_dir)
        self.draft.add(manifest=manifest)
        asked = self.folder.challenge.id
        if manifest.challenge not in (None, asked):
            raise CandidateError(
                "manifest.other_challenge",
                f"takehome.toml says that this answers {printable(str(manifest.challenge), 64)!r}, not {asked!r}.",
                next_step="Check the URL, or mend the challenge's name in takehome.toml.",
            )
        runtime = runtime_of(fetched.tree_dir, manifest)
        self.draft.add(runtime=runtime.name)
        return manifest, runtime

    def _source_volume(self, fetched: FetchedSource) -> str:
        files = tree_files(fetched.tree_dir, "app")
        return fill_volume(self.sandbox, self.images, self.settings.limits, "source", files)

    def _static(self, volume: str) -> StaticOutcome:
        with self.clock.stage("static", "linters and measures, without a network"):
            try:
                own, limits = own_work(self.folder), self.settings.limits
                evidence = twice(lambda: gather_static(self.sandbox, self.images, limits, volume, own))
            except InfrastructureError as error:
                if error.code == "sandbox.closed":
                    raise
                return StaticOutcome(evidence=None, failure=Failure.of(error, "static"))
            self.clock.came_of("static", f"{evidence.lines} lines, {evidence.findings_total} findings")
            return StaticOutcome(evidence=evidence, failure=None)

    def _before(self) -> datetime | None:
        """Until when a commit counts: the deadline, where the challenge grades at it and nobody named a commit."""
        at_deadline = self.folder.challenge.late == "grade-at-deadline" and self.request.commit is None
        return self.request.deadline if at_deadline else None

    def _work(self, fetched: FetchedSource, volume: str) -> Work:
        return Work(
            installer=self._installer(),
            folder=self.folder,
            clock=self.clock,
            pool=self.pool,
            fetched=fetched,
            source=volume,
            seed=self.draft.evidence.identity.seed,
            deadline=self.request.deadline,
            chosen="given" if self.request.commit else "before_deadline" if self._before() else "newest",
        )

    def _installer(self) -> Installer:
        return Installer(
            sandbox=self.sandbox,
            images=self.images,
            settings=self.settings,
            limits=self.settings.limits,
            engine_id=self.engine_id,
        )

    def _install(self, fetched: FetchedSource, runtime: Runtime) -> str:
        with self.clock.stage("install", "requirements, through the index gateway"):
            wanted = runtime.read(fetched.tree_dir, self.settings.limits)
            volume, install = twice(lambda: self._installer().environment(wanted, runtime))
            self.draft.add(install=install)
            self.clock.came_of("install", _install_note(install))
        return volume

    def _open_pod(self, volume: str, manifest: Manifest, runtime: Runtime) -> Pod:
        with self.clock.stage("pod", "gateway and relay"):
            spec = PodSpec(
                images=self.images,
                limits=self.settings.limits,
                source=volume,
                image=self.images.tags[runtime.image],
                env=runtime.env,
                command=manifest.service.command,
                hidden=hidden_files(self.folder),
                training=training_of(self.folder, manifest),
            )
            pod = Pod(self.sandbox, spec)
            pod.open()
        return pod

    def _serve(
        self, opening: Future[Pod], environment: str, volume: str, manifest: Manifest, runtime: Runtime
    ) -> tuple[ServiceEvidence, tuple[PhaseResults, ...]]:
        """Run the phases; a probe or an edge that fails gets one fresh pod, never a verdict."""
        first: list[Future[Pod]] = [opening]

        def attempt() -> tuple[ServiceEvidence, tuple[PhaseResults, ...]]:
            pod = first.pop().result() if first else self._open_pod(volume, manifest, runtime)
            try:
                pod.serve(environment)
                seed = self.draft.evidence.identity.seed
                return gather_service(pod, self.folder, self.settings.limits, Asked(seed=seed), say)
            finally:
                pod.close()

        with self.clock.stage("service", "hidden checks over HTTP") as say:
            service, phases = twice(attempt)
            ready = f"ready in {service.boot_s:.1f} s" if service.boot_s is not None else "never became ready"
            self.clock.came_of("service", f"{ready}, {sum(len(p.checks) for p in phases)} checks")
        return service, phases


def _install_note(install: InstallEvidence) -> str:
    known = "environment reused" if install.reused else f"installed in {install.seconds:.1f} s"
    return f"{known}, {len(install.packages)} packages"


def _blank(  # noqa: PLR0917 - the grading's identity, gathered once
    request: Request, folder: ChallengeFolder, images: Images, facts: dict[str, str], settings: Settings, run_id: str
) -> Evidence:
    """The evidence before anything was observed: who, what, with which seeds and images."""
    challenge = folder.challenge
    return Evidence(
        grading=run_id,
        began_at=datetime.now(UTC).isoformat(timespec="seconds"),
        challenge=challenge,
        identity=Identity(
            commit="",
            challenge=challenge.id,
            challenge_version=challenge.version,
            challenge_digest=folder.digest(),
            edition=challenge.edition,
            harness_digest=harness_digest(),
            grader_version=__version__,
            images=images.ids,
            limits=settings.limits,
            seed=request.seed if request.seed is not None else secrets.randbelow(2**32),
            runtime=settings.runtime or facts["runtime"],
        ),
        submission=Submission(url=shown(request.url), commit=""),
        engine={key: value for key, value in facts.items() if key != "id"},
    )


def _finish(request: Request, draft: _Draft, clock: Clock) -> Graded:
    """Score, render, write; in that order, and nothing before it was on the disk."""
    evidence = draft.evidence.model_copy(update={"stages": clock.times()})
    scorecard = score(evidence)
    logs = {
        "service": evidence.service.log if evidence.service else None,
        "install": evidence.install.log if evidence.install else None,
    }
    results.write(request.out, evidence, scorecard, logs)
    return Graded(scorecard=scorecard, out=request.out)
