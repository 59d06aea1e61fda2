"""How much two works share, from their fingerprints alone. Pure; facts for a person to look into, never points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from grader.evidence_code import Prints, SharedPlace, Similarity

SHOWN_FROM = 0.10
"""Two programs that do the same with the same framework share some percent; below this there is nothing to ask."""
FEWEST = 10
"""Shared fingerprints; fewer (some 60 lines' worth or less) say nothing of so small a program."""
_PLACES = 5
_MOST = 20
Place = tuple[str, int]


def places(prints: Iterable[Prints]) -> dict[str, Place]:
    """File and line of each fingerprint; the first place of equal ones."""
    found: dict[str, Place] = {}
    for file in prints:
        for word in file.marks.split():
            value, _, line = word.partition(":")
            found.setdefault(value, (file.path, int(line)))
    return found


def without(prints: Iterable[Prints], shared: Collection[str]) -> tuple[Prints, ...]:
    """The fingerprints that do not stand in ``shared`` (the challenge's kit)."""
    kept = []
    for file in prints:
        marks = " ".join(word for word in file.marks.split() if word.partition(":")[0] not in shared)
        if marks:
            kept.append(file.model_copy(update={"marks": marks}))
    return tuple(kept)


def compare(own: Sequence[Prints], other: Sequence[Prints], name: str) -> Similarity:
    """What ``own`` shares with the work called ``name``."""
    mine, theirs = places(own), places(other)
    both = [value for value in mine if value in theirs]
    pairs = Counter((mine[value][0], theirs[value][0]) for value in both)
    found = []
    for (path, other_path), shared in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:_PLACES]:
        first = min(
            (mine[value][1], theirs[value][1])
            for value in both
            if (mine[value][0], theirs[value][0]) == (path, other_path)
        )
        place = SharedPlace(path=path, line=first[0], other_path=other_path, other_line=first[1], shared=shared)
        found.append(place)
    return Similarity(
        other=name[:300],
        share=len(both) / len(mine) if mine else 0.0,
        other_share=len(both) / len(theirs) if theirs else 0.0,
        shared=len(both),
        places=tuple(found),
    )


def nearest(own: Sequence[Prints], others: Mapping[str, Sequence[Prints]]) -> tuple[Similarity, ...]:
    """The works that share enough to be shown, the nearest first."""
    found = [compare(own, prints, name) for name, prints in sorted(others.items())]
    kept = [one for one in found if worth_showing(one)]
    return tuple(
        sorted(kept, key=lambda one: (-max(one.share, one.other_share), -one.share - one.other_share, one.other))[
            :_MOST
        ]
    )


def worth_showing(one: Similarity) -> bool:
    """Whether a person should look: a share of either work, and more than a few passages."""
    return max(one.share, one.other_share) >= SHOWN_FROM and one.shared >= FEWEST
