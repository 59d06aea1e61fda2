"""The same reference again and again with new seeds: every check gives the same verdict each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from grader.challenge import Challenge
from grader.gather.service import Asked, phase_seed
from grader.validation.ladder import solution_files
from grader.validation.shapes import TITLES, Demands, Finding, Proof, Row
from grader.validation.shelf import Shelf, solution_digest
from grader.validation.stand import Program, Seen, SeenCheck, Stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Runs of one solution on one stand."""

    stand: Stand
    shelf: Shelf
    name: str
    seed: int

    def first(self) -> Seen:
        """The run that the others are compared with."""
        return self._run(0)

    def begin(self, pool: ThreadPoolExecutor, count: int, say: Callable[[str], None]) -> list[Future[Seen]]:
        """Begin the others."""

        def one(number: int) -> Seen:
            seen = self._run(number)
            say(
                f"{'✓' if not seen.trouble else '✕'} repeat {number + 1}: {points(seen, self.stand.folder.challenge):g}"
            )
            return seen

        return [pool.submit(one, number) for number in range(1, count)]

    def _run(self, number: int) -> Seen:
        folder = solution_files(self.stand.folder, self.name)
        seed = phase_seed(self.seed, f"repeat {number}")
        program = Program(name=self.name, folder=folder)
        return self.shelf.seen(
            "repeat",
            f"{self.name}-{number}",
            [solution_digest(folder), seed],
            lambda: self.stand.run(program, Asked(seed=seed)),
        )


def points(seen: Seen, challenge: Challenge) -> float:
    """The points of the checks, as the rubric weighs them."""
    shares = {check.id: check.share or 0.0 for check in seen.checks}
    weights = {criterion.id: criterion.weight for criterion in challenge.criteria}
    sums: dict[str, float] = {}
    for check in challenge.checks:
        sums[check.criterion] = sums.get(check.criterion, 0.0) + check.weight
    return round(
        sum(c.weight / sums[c.criterion] * weights[c.criterion] * shares.get(c.id, 0.0) for c in challenge.checks), 2
    )


def proof(runs: Sequence[Seen], demands: Demands, challenge: Challenge) -> Proof:
    """Whether all runs say the same."""
    seen = [run for run in runs if not run.trouble]
    findings = [
        Finding(subject="repeats", message=f"a run could not be seen: {run.trouble}", next_step="Run it again.")
        for run in runs
        if run.trouble
    ]
    rows = []
    for check in challenge.checks:
        found = [run.by_id()[check.id] for run in seen if check.id in run.by_id()]
        verdicts = [_verdict(one) for one in found]
        usual = max(set(verdicts), key=verdicts.count) if verdicts else "not run"
        odd = [one for one, verdict in zip(found, verdicts, strict=True) if verdict != usual]
        rows.append(
            Row(
                subject=check.id,
                held=not odd and len(found) == len(seen),
                cells=(usual, f"{len(found) - len(odd)} of {len(seen)}", _range(one.seconds for one in found)),
            )
        )
        if odd or len(found) < len(seen):
            said = odd[0].message if odd else "it has no result"
            message = f"{usual} in {len(found) - len(odd)} of {len(seen)} runs, and once: {said or _verdict(odd[0])}"
            findings.append(
                Finding(subject=check.id, message=message, next_step="Find what it depends on besides the submission.")
            )
    scores = [points(run, challenge) for run in seen]
    spread = max(scores, default=0.0) - min(scores, default=0.0)
    if spread > demands.spread:
        message = f"the points go from {min(scores):g} to {max(scores):g}; {demands.spread:g} apart is allowed"
        findings.append(Finding(subject="score", message=message, next_step="Steady the check that moves most."))
    return Proof(
        id="flakes",
        title=TITLES["flakes"],
        state="broken" if findings else "held",
        sentence=f"{len(seen)} runs with new seeds: {sum(row.held for row in rows)} of {len(rows)} checks say the same "
        f"in each; the points lie within {spread:.2f}.",
        findings=tuple(findings),
        heads=("verdict", "runs", "seconds"),
        rows=tuple(rows),
    )


def _verdict(check: SeenCheck) -> str:
    if check.share is None:
        return "says nothing"
    return "all points" if check.whole else "some points" if check.share > 0 else "no points"


def _range(seconds: Iterable[float]) -> str:
    values = sorted(seconds)
    return f"{values[0]:.2f}–{values[-1]:.2f}" if values else ""
