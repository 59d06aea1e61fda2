"""Other data of the same challenge: whoever is graded on it earns the same."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from grader.challenge import ChallengeFolder
from grader.gather.service import Asked
from grader.validation.flakes import points
from grader.validation.ladder import solution_files
from grader.validation.shapes import TITLES, Demands, Finding, Proof, Row
from grader.validation.shelf import Shelf, solution_digest
from grader.validation.stand import Program, Seen, Stand


def proof(  # noqa: PLR0917 - what all proofs stand on
    folder: ChallengeFolder, demands: Demands, stand: Stand, shelf: Shelf, pool: ThreadPoolExecutor, seed: int
) -> Proof:
    """Run the named solutions through the checks with every edition, and compare their points."""
    names = sorted(path.name for path in folder.root.glob("editions/*") if path.is_dir())
    if len(names) < 2 or not demands.editions:  # noqa: PLR2004 - one has nothing to be compared with
        sentence = "The challenge has one edition of its data, or names no solution to try with others."
        return Proof(id="editions", title=TITLES["editions"], state="skipped", sentence=sentence)
    runs: dict[tuple[str, str], Future[Seen]] = {}
    for solution in demands.editions:
        for edition in names:
            other = replace(folder, challenge=folder.challenge.model_copy(update={"edition": edition}))
            runs[solution, edition] = pool.submit(_seen, replace(stand, folder=other), shelf, solution, seed)
    findings, rows = [], []
    for solution in demands.editions:
        seen = {edition: runs[solution, edition].result() for edition in names}
        earned = {edition: points(one, folder.challenge) for edition, one in seen.items() if not one.trouble}
        spread = max(earned.values(), default=0.0) - min(earned.values(), default=0.0)
        trouble = next((one.trouble for one in seen.values() if one.trouble), "")
        held = spread <= demands.edition_spread and not trouble
        rows.append(
            Row(
                subject=solution,
                held=held,
                cells=(", ".join(f"{edition}: {value:.2f}" for edition, value in earned.items()), f"{spread:.2f}"),
            )
        )
        if not held:
            message = trouble or f"its points differ by {spread:.2f} between editions"
            step = "Draw the editions more alike, or widen the scale that differs."
            findings.append(Finding(subject=solution, message=message, next_step=step, path="editions"))
    return Proof(
        id="editions",
        title=TITLES["editions"],
        state="broken" if findings else "held",
        sentence=f"{len(rows)} solutions on {len(names)} editions differ by at most "
        f"{max(float(row.cells[1]) for row in rows):.2f} points; {demands.edition_spread:g} are allowed.",
        findings=tuple(findings),
        heads=("points of the checks", "apart"),
        rows=tuple(rows),
    )


def _seen(stand: Stand, shelf: Shelf, solution: str, seed: int) -> Seen:
    folder = solution_files(stand.folder, solution)
    return shelf.seen(
        "edition",
        f"{solution}-{stand.folder.challenge.edition}",
        [solution_digest(folder), seed, stand.folder.digest()],
        lambda: stand.run(Program(name=solution, folder=folder), Asked(seed=seed)),
    )
