"""Ranking and latency measures, as published, in plain Python.

A *ranking* is a list of ids, best first; an id that stands twice counts once, at its first place. *Relevance* maps
an id to its grade; ids that it does not name, and grades of zero or less, are not relevant. Definitions are those of
NIST's trec_eval 9 (``ndcg_cut``, ``recip_rank``, ``recall``, ``P``, ``map``): linear gain, discount ``log2(rank + 1)``;
where nothing is relevant every measure is 0.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

MIN_RESAMPLES: Final = 2_000

Relevance = Mapping[str, float]


def ndcg_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Discounted cumulative gain of the first ``k``, over that of the ideal ranking's first ``k``.

    Järvelin and Kekäläinen 2002 with linear gain, as trec_eval's ``ndcg_cut_k``.
    """
    ideal = _dcg(sorted(_grades(relevance).values(), reverse=True)[: _whole(k)])
    return _dcg([max(0.0, relevance.get(i, 0.0)) for i in _unique(ranking)[:k]]) / ideal if ideal else 0.0


def mrr(ranking: Sequence[str], relevance: Relevance, k: int | None = None) -> float:
    """One over the rank of the first relevant id (within the first ``k``, if given), 0 without one.

    trec_eval's ``recip_rank`` of one query; its mean over queries is the MRR.
    """
    relevant = _grades(relevance)
    places = (place for place, i in enumerate(_unique(ranking)[:k], start=1) if i in relevant)
    return 1.0 / next(places, math.inf)


def recall_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Share of the relevant ids that stand among the first ``k``; trec_eval's ``recall_k``."""
    relevant = _grades(relevance)
    return _hits(ranking, relevant, _whole(k)) / len(relevant) if relevant else 0.0


def precision_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Relevant ids among the first ``k``, over ``k`` even when the ranking is shorter; trec_eval's ``P_k``."""
    return _hits(ranking, _grades(relevance), _whole(k)) / k


def average_precision(ranking: Sequence[str], relevance: Relevance, k: int | None = None) -> float:
    """Mean over all relevant ids of the precision where each is found, 0 for those not found; trec_eval's ``map``.

    With ``k``, only the first ``k`` places count (``map_cut_k``).
    """
    relevant = _grades(relevance)
    found = 0
    total = 0.0
    for place, i in enumerate(_unique(ranking)[:k], start=1):
        if i in relevant:
            found += 1
            total += found / place
    return total / len(relevant) if relevant else 0.0


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean; raises ``ValueError`` for no values."""
    return math.fsum(_some(values)) / len(values)


def percentile(values: Sequence[float], q: float) -> float:
    """The ``q``-th percentile (0 to 100) by linear interpolation between order statistics.

    Hyndman and Fan 1996, type 7: numpy's default, and what ``p50`` and ``p95`` mean in a report.
    """
    if not 0 <= q <= 100:  # noqa: PLR2004 - per cent
        message = f"a percentile lies between 0 and 100, not at {q}"
        raise ValueError(message)
    ordered = sorted(_some(values))
    position = (len(ordered) - 1) * q / 100
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def bootstrap_interval(
    values: Sequence[float],
    *,
    seed: int,
    resamples: int = MIN_RESAMPLES,
    level: float = 0.95,
    statistic: Callable[[Sequence[float]], float] | None = None,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a statistic (the mean, if none is given) over independent values.

    Efron 1979. The same values and seed give the same interval.

    Raises:
        ValueError: no values, fewer than ``MIN_RESAMPLES`` resamples, or a level outside 0 to 1.
    """
    size = len(_some(values))
    if resamples < MIN_RESAMPLES or not 0 < level < 1:
        message = f"a bootstrap needs {MIN_RESAMPLES} resamples and a level between 0 and 1"
        raise ValueError(message)
    draw = random.Random(seed).choices  # noqa: S311 - reproducible, not secret
    if statistic is None:
        found = [sum(draw(values, k=size)) / size for _ in range(resamples)]
    else:
        found = [statistic(draw(values, k=size)) for _ in range(resamples)]
    tail = 50 * (1 - level)
    return percentile(found, tail), percentile(found, 100 - tail)


def _grades(relevance: Relevance) -> dict[str, float]:
    return {i: grade for i, grade in relevance.items() if grade > 0}


def _unique(ranking: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ranking))


def _hits(ranking: Sequence[str], relevant: Relevance, k: int) -> int:
    return sum(i in relevant for i in _unique(ranking)[:k])


def _dcg(grades: Sequence[float]) -> float:
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def _whole(k: int) -> int:
    if k < 1:
        message = f"k is at least 1, not {k}"
        raise ValueError(message)
    return k


def _some(values: Sequence[float]) -> Sequence[float]:
    if not values:
        message = "no values to measure"
        raise ValueError(message)
    return values
