"""Compares a finished grading with others, from their saved evidence alone. Facts for a person; no score moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import results
from grader.errors import UsageError
from grader.evidence import Evidence
from grader.evidence_code import Prints, Similarity
from grader.similarity import compare, worth_showing


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One other grading beside the first."""

    folder: Path
    similarity: Similarity
    notable: bool
    """Whether a person should look."""

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return {"folder": str(self.folder), "notable": self.notable} | self.similarity.model_dump(mode="json")


def compare_gradings(first: Path, others: Sequence[Path]) -> list[Compared]:
    """What the submission of ``first`` shares with those of other gradings of the same challenge, the nearest first.

    Each of ``others`` is the folder of a grading, or a folder of such folders; ``first`` itself is passed over.

    Raises:
        UsageError: ``compare.no_source`` when ``first`` was never analysed, ``compare.nothing`` when there is no other
            grading of its challenge, and as :meth:`grader.record.Record.load`.
    """
    evidence = Evidence.load(first / results.EVIDENCE)
    own = _prints(evidence)
    if own is None:
        raise UsageError(
            "compare.no_source",
            f"The source of {first} was never analysed, so there is nothing to compare.",
            next_step="Grade it again.",
        )
    found = []
    for folder in folders(others):
        if folder.resolve() == first.resolve():
            continue
        other = Evidence.load(folder / results.EVIDENCE)
        theirs = _prints(other)
        if other.challenge.id == evidence.challenge.id and theirs is not None:
            similarity = compare(own, theirs, other.submission.url)
            found.append(Compared(folder=folder, similarity=similarity, notable=worth_showing(similarity)))
    if not found:
        raise UsageError(
            "compare.nothing",
            f"There is no other grading of {evidence.challenge.id} in {', '.join(str(path) for path in others)}.",
            next_step="Name folders that `grader run` wrote, or a folder that holds them.",
        )
    return sorted(found, key=lambda one: (-max(one.similarity.share, one.similarity.other_share), str(one.folder)))


def folders(named: Sequence[Path]) -> list[Path]:
    """The gradings' folders among ``named`` and directly inside them."""
    found: list[Path] = []
    for path in named:
        inside = sorted(child.parent for child in path.glob(f"*/{results.EVIDENCE}"))
        found += inside if inside and not (path / results.EVIDENCE).exists() else [path]
    return found


def _prints(evidence: Evidence) -> tuple[Prints, ...] | None:
    static = evidence.static.evidence if evidence.static else None
    return None if static is None else static.prints
