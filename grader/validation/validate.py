"""``grader validate``: a challenge shows that it is fair. Read this page first.

::

    rubric · scope · leaks      by reading the challenge (paper.py)
    ladder                      every solution lands where it says, for its reasons (ladder.py)
    mutants                     the checks notice that something else was built (mutants.py)
    flakes                      the same submission gets the same verdicts (flakes.py)
    budgets                     the reference has room within its limits
    editions                    other data, drawn with other seeds, gives the same points (editions.py)
    baselines                   a command of the challenge's own (own.py)

What runs goes through one pool of pods. Every unit is kept on a shelf, so that a run that was stopped, or a change
of one solution, does not begin at nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.challenge import ChallengeFolder, load_challenge, tree_digest
from grader.clock import Progress
from grader.errors import ChallengeError, UsageError
from grader.gather.service import Asked
from grader.record import Record
from grader.sandbox.images import harness_digest
from grader.settings import Settings
from grader.validation import editions, flakes, mutants, paper
from grader.validation.ladder import Rung, expected, published, solution_files, solutions
from grader.validation.own import baselines
from grader.validation.shapes import TITLES, Demands, Finding, Kind, Proof, Row, Validation, read_demands
from grader.validation.shelf import Shelf, solution_digest
from grader.validation.stand import Pools, Program, Seen, Stand, opened

PROOFS = tuple(TITLES)
_READ: dict[str, Callable[[ChallengeFolder, Demands], Proof]] = {
    "rubric": paper.rubric,
    "scope": paper.scope,
    "leaks": paper.leaks,
}
_ON_ENGINE = {"ladder", "mutants", "flakes", "budgets", "editions"}
_ROOM = 0.5
"""Share of its processor and memory in which an honest solution must do."""


def pods_at_once() -> int:
    """How many pods this machine holds side by side: they mostly wait, so three a processor."""
    return min(12, 3 * (os.cpu_count() or 1))


class Landed(Record):
    """One solution on the ladder."""

    name: str
    kind: Kind
    band: tuple[float, float]
    score: float | None
    held: bool
    sentence: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quiet:
    """Progress of a grading that is one of many."""

    def begin(self, stage: str, note: str) -> None:
        """Say nothing."""

    def note(self, stage: str, note: str) -> None:
        """Say nothing."""

    def end(self, stage: str, seconds: float, note: str) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How much is to be shown."""

    full: bool
    jobs: int
    seed: int = 1
    """Of everything that is drawn."""
    edition: str | None = None
    """Of the challenge's data; the challenge's own when none is given."""
    proofs: frozenset[str] = frozenset(PROOFS)

    def __post_init__(self) -> None:
        """Refuse proofs that there are none of.

        Raises:
            UsageError: ``validate.unknown_proof``.
        """
        unknown = sorted(self.proofs - set(PROOFS))
        if unknown:
            raise UsageError(
                "validate.unknown_proof",
                f"There is no proof called {', '.join(unknown)}.",
                next_step=f"The proofs: {', '.join(PROOFS)}.",
            )


def validate(challenge: str, settings: Settings, out: Path, progress: Progress, wish: Wish) -> Validation:
    """Run the proofs and say what holds.

    Raises:
        UsageError: there is no such challenge.
        InfrastructureError: no engine, or no images.
    """
    began, zero = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    try:
        folder = load_challenge(challenge, settings.challenges, wish.edition)
        demands = read_demands(folder)
    except ChallengeError as error:
        return _unreadable(challenge, settings, error, began, full=wish.full)
    proofs = [make(folder, demands) for name, make in _READ.items() if name in wish.proofs]
    run = _Run(folder, demands, settings, out, progress, wish)
    if wish.proofs & _ON_ENGINE:
        try:
            with opened(folder, settings, wish.jobs) as (stand, pools), published(folder, run.names()) as rungs:
                proofs += run.proofs(stand, pools, rungs)
        except ChallengeError as error:
            proofs.append(_broken("ladder", error))
    if "baselines" in wish.proofs and wish.full:
        proofs.append(baselines(folder, demands))
    return Validation(
        challenge=challenge,
        version=folder.challenge.version,
        mode="full" if wish.full else "quick",
        began_at=began,
        seconds=round(time.monotonic() - zero, 1),
        challenge_digest=folder.digest(),
        harness_digest=harness_digest(),
        proofs=tuple(proofs),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """The proofs that need the engine."""

    folder: ChallengeFolder
    demands: Demands
    settings: Settings
    out: Path
    progress: Progress
    wish: Wish

    def names(self) -> list[str] | None:
        """The solutions to grade; none: all."""
        if self.wish.full:
            return None
        quick = self.demands.quick or (self.demands.mutants.of, "starter", "empty")
        return [name for name in solutions(self.folder) if name in quick]

    def proofs(self, stand: Stand, pools: Pools, rungs: Sequence[Rung]) -> list[Proof]:
        """Begin everything, and wait for it."""
        shelf = Shelf.of(self.folder, stand.images, self.settings, self.out)
        landing: list[Future[Landed]] = []
        if "ladder" in self.wish.proofs:
            landing = [pools.gradings.submit(self._land, rung, shelf, stand) for rung in rungs]
        pools.expect(landing)
        running = self._running(stand, pools.pods, shelf) if self.wish.proofs & {"mutants", "flakes", "budgets"} else []
        if self.wish.full and "editions" in self.wish.proofs:
            running.append(editions.proof(self.folder, self.demands, stand, shelf, pools.pods, self.wish.seed))
        ladder = [self._ladder([future.result() for future in landing])] if landing else []
        return ladder + running

    def _running(self, stand: Stand, pool: ThreadPoolExecutor, shelf: Shelf) -> list[Proof]:
        """Mutants, repeats and budgets: they begin with a reference that passes."""
        repeats = flakes.Repeats(stand=stand, shelf=shelf, name=self.demands.mutants.of, seed=self.wish.seed)
        whole = pool.submit(repeats.first).result()
        wanted = [name for name in ("mutants", "flakes", "budgets") if name in self.wish.proofs]
        if whole.trouble or not whole.ready or whole.lost():
            return [_no_reference(name, repeats.name, whole) for name in wanted]
        full = self.wish.full
        fates: list[Future[mutants.Fate]] | Proof = []
        if "mutants" in wanted:
            fates = self._begin_mutants(
                mutants.Trial(stand=stand, shelf=shelf, demands=self.demands, pool=pool, whole=whole)
            )
        again: list[Future[Seen]] = []
        if "flakes" in wanted:
            count = self.demands.repeats if full else self.demands.quick_repeats
            again = repeats.begin(pool, count, lambda text: self.progress.note("flakes", text))
        tight = pool.submit(self._tight, stand, shelf) if full and "budgets" in wanted else None
        checks = [check.id for check in self.folder.challenge.checks]
        found = []
        if "mutants" in wanted:
            found.append(
                fates
                if isinstance(fates, Proof)
                else mutants.proof([future.result() for future in fates], self.demands, checks, full=full)
            )
        if "flakes" in wanted:
            runs = [whole, *(future.result() for future in again)]
            found.append(flakes.proof(runs, self.demands, self.folder.challenge))
        return [*found, tight.result()] if tight is not None else found

    def _begin_mutants(self, trial: mutants.Trial) -> list[Future[mutants.Fate]] | Proof:
        try:
            return trial.begin(full=self.wish.full, say=lambda text: self.progress.note("mutants", text))
        except ChallengeError as error:
            return _broken("mutants", error, path="validation.toml")

    def _land(self, rung: Rung, shelf: Shelf, stand: Stand) -> Landed:
        wanted = expected(self.folder, rung.name)
        depends = [solution_digest(rung.tree), wanted.to_json()]
        known = shelf.find(Landed, "solution", rung.name, depends)
        if known is not None:
            return known
        began = time.monotonic()
        step = rung.grade(self.settings, self.out / "solutions", _Quiet(), seed=self.wish.seed, cancel=stand.cancel)
        landed = Landed(
            name=rung.name,
            kind=wanted.kind,
            band=wanted.score,
            score=step.score,
            held=step.held,
            sentence=step.sentence,
            seconds=round(time.monotonic() - began, 1),
        )
        if step.held:
            shelf.keep(landed, "solution", rung.name, depends)
        shown = "none" if step.score is None else f"{step.score:.1f}"
        self.progress.note("ladder", f"{'✓' if step.held else '✕'} {rung.name}: {shown}; {step.sentence}")
        return landed

    def _ladder(self, landed: Sequence[Landed]) -> Proof:
        findings = [
            Finding(
                subject=one.name,
                message=one.sentence,
                next_step="Look at its report; mend the check, the solution or the band.",
                path=f"solutions/{one.name}/expected.toml",
            )
            for one in landed
            if not one.held
        ]
        bands = {name: expected(self.folder, name) for name in solutions(self.folder)}
        findings += paper.kinds(self.folder, self.demands, bands)
        return Proof(
            id="ladder",
            title=TITLES["ladder"],
            state="broken" if findings else "held",
            sentence=f"{sum(one.held for one in landed)} of {len(landed)} solutions land where they say.",
            findings=tuple(findings),
            heads=("kind", "score", "band", "why"),
            rows=tuple(
                Row(
                    subject=one.name,
                    held=one.held,
                    cells=(
                        one.kind.value,
                        "–" if one.score is None else f"{one.score:.1f}",
                        f"{one.band[0]:g}–{one.band[1]:g}",
                        one.sentence,
                    ),
                )
                for one in sorted(landed, key=lambda one: (-(one.score or 0), one.name))
            ),
        )

    def _tight(self, stand: Stand, shelf: Shelf) -> Proof:
        """The reference with half of its processor; how much of its memory it holds."""
        title = TITLES["budgets"]
        folder = solution_files(self.folder, self.demands.mutants.of)
        limits = self.settings.limits
        half = limits.service.model_copy(update={"cpus": limits.service.cpus * _ROOM})
        tight = replace(self.settings, limits=limits.model_copy(update={"service": half}))
        depends = [solution_digest(folder), "half", half.digest()]
        program = Program(name=self.demands.mutants.of, folder=folder)
        seen = shelf.seen(
            "budget",
            "half",
            depends,
            lambda: replace(stand, settings=tight).run(program, Asked(seed=self.wish.seed), alone=True),
        )
        if seen.trouble:
            finding = Finding(subject="half a processor", message=seen.trouble, next_step="Run it again.")
            return Proof(id="budgets", title=title, state="broken", sentence="It was not seen.", findings=(finding,))
        step = "Give solutions more time, or the reference less to do."
        findings = [
            Finding(subject=name, message="with half a processor the reference loses points here", next_step=step)
            for name in seen.lost() or ([] if seen.ready else ["ready"])
        ]
        share = (seen.memory_bytes or 0) / limits.service.memory_bytes
        if share > _ROOM:
            message = f"the reference held {share:.0%} of the memory that a service may have"
            findings.append(Finding(subject="memory", message=message, next_step="Raise the limit, or lighten it."))
        return Proof(
            id="budgets",
            title=title,
            state="broken" if findings else "held",
            sentence=f"With {_ROOM:.0%} of its processor it loses points in {len(seen.lost())} checks; "
            f"it holds {share:.0%} of its memory.",
            findings=tuple(findings),
        )


def _no_reference(proof: str, name: str, seen: Seen) -> Proof:
    why = seen.trouble or f"the reference loses {', '.join(seen.lost()) or 'everything: it never served'}"
    finding = Finding(subject=name, message=why, next_step="Mend the reference or the checks first.")
    return Proof(
        id=proof,
        title=TITLES[proof],
        state="broken",
        sentence="It needs a reference that passes.",
        findings=(finding,),
    )


def _broken(proof: str, error: ChallengeError, path: str = "") -> Proof:
    finding = Finding(subject=proof, message=error.message, next_step=error.next_step, path=path)
    return Proof(id=proof, title=TITLES[proof], state="broken", sentence="It could not begin.", findings=(finding,))


def _unreadable(challenge: str, settings: Settings, error: ChallengeError, began: str, *, full: bool) -> Validation:
    """A challenge that cannot even be read: one broken proof, and nothing else was tried."""
    return Validation(
        challenge=challenge,
        version="?",
        mode="full" if full else "quick",
        began_at=began,
        seconds=0,
        challenge_digest=tree_digest(
            settings.challenges / challenge, ("challenge.toml", "hidden", "starter", "public")
        ),
        harness_digest=harness_digest(),
        proofs=(_broken("rubric", error, path="challenge.toml"),),
    )
