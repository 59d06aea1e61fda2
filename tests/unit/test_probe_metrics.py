"""The measures equal published implementations."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
import pytrec_eval
from sklearn.metrics import average_precision_score, ndcg_score

from harness.probe import metrics

CUTS = (1, 3, 5, 10, 20)


def _case(rng: random.Random) -> tuple[list[str], dict[str, int]]:
    pool = [f"d{i}" for i in range(rng.randint(1, 30))]
    judged = {i: rng.choice([-1, 0, 0, 1, 1, 2, 3]) for i in pool if rng.random() < 0.5}
    missing = {f"m{i}": rng.randint(1, 3) for i in range(rng.randint(0, 3))}
    ranking = rng.sample(pool, rng.randint(0, len(pool)))
    return ranking, {**judged, **missing} or {"m": 1}


def test_ranking_measures_equal_trec_eval() -> None:
    """On 1,000 random cases (empty rankings, missing ids, long k) every measure equals pytrec_eval to 1e-9."""
    rng = random.Random(7)  # noqa: S311 - reproducible cases
    cases = [_case(rng) for _ in range(1000)]
    qrel = {str(n): judged for n, (_, judged) in enumerate(cases)}
    run = {str(n): {i: float(-place) for place, i in enumerate(ranking)} for n, (ranking, _) in enumerate(cases)}
    names = {f"{name}.{','.join(map(str, CUTS))}" for name in ("ndcg_cut", "recall", "P", "map_cut")}
    theirs = pytrec_eval.RelevanceEvaluator(qrel, names | {"recip_rank", "map"}).evaluate(run)
    assert sum(not ranking for ranking, _ in cases) > 10
    for n, (ranking, judged) in enumerate(cases):
        ours = {"recip_rank": metrics.mrr(ranking, judged), "map": metrics.average_precision(ranking, judged)}
        for k in CUTS:
            ours[f"ndcg_cut_{k}"] = metrics.ndcg_at_k(ranking, judged, k)
            ours[f"recall_{k}"] = metrics.recall_at_k(ranking, judged, k)
            ours[f"P_{k}"] = metrics.precision_at_k(ranking, judged, k)
            ours[f"map_cut_{k}"] = metrics.average_precision(ranking, judged, k)
        theirs_here = theirs.get(str(n), {})
        for name, value in ours.items():
            assert value == pytest.approx(theirs_here.get(name, 0.0), abs=1e-9), (name, ranking, judged)


def test_tied_scores_equal_trec_eval() -> None:
    """On 1,000 random runs with tied scores and unjudged ids, put in trec_eval's order, every measure is the same."""
    rng = random.Random(11)  # noqa: S311 - reproducible cases
    qrel, run, rankings = {}, {}, {}
    for n in range(1000):
        ranking, judged = _case(rng)
        scores = {i: float(rng.randint(0, 4)) for i in [*ranking, f"u{n}"]}
        qrel[str(n)], run[str(n)] = judged, scores
        # trec_eval lets the higher id win a tie.
        rankings[str(n)] = sorted(sorted(scores, reverse=True), key=lambda i: -scores[i])
    names = {"ndcg_cut.10", "recall.10", "P.10", "map", "recip_rank"}
    theirs = pytrec_eval.RelevanceEvaluator(qrel, names).evaluate(run)
    assert sum(len(set(scores.values())) < len(scores) for scores in run.values()) > 700
    for n, ranking in rankings.items():
        ours = {
            "ndcg_cut_10": metrics.ndcg_at_k(ranking, qrel[n], 10),
            "recall_10": metrics.recall_at_k(ranking, qrel[n], 10),
            "P_10": metrics.precision_at_k(ranking, qrel[n], 10),
            "map": metrics.average_precision(ranking, qrel[n]),
            "recip_rank": metrics.mrr(ranking, qrel[n]),
        }
        assert ours == pytest.approx({name: theirs[n][name] for name in ours}, abs=1e-9), (ranking, qrel[n])


def test_whole_rankings_equal_scikit_learn() -> None:
    """On 1,000 random rankings of all ids nDCG and average precision equal scikit-learn's to 1e-9."""
    rng = random.Random(13)  # noqa: S311 - reproducible cases
    for _ in range(1000):
        grades = [rng.choice([0, 0, 1, 2, 3]) for _ in range(rng.randint(2, 30))]
        grades[rng.randrange(len(grades))] = 1
        scores = rng.sample(range(1000), len(grades))
        ranking = [str(place) for place in sorted(range(len(grades)), key=lambda place: -scores[place])]
        judged = {str(place): grade for place, grade in enumerate(grades)}
        k = rng.choice(CUTS)
        assert metrics.ndcg_at_k(ranking, judged, k) == pytest.approx(ndcg_score([grades], [scores], k=k), abs=1e-9)
        theirs = average_precision_score([grade > 0 for grade in grades], scores)
        assert metrics.average_precision(ranking, judged) == pytest.approx(theirs, abs=1e-9)


def test_repeated_ids_count_once() -> None:
    """An id repeated in a ranking gains nothing and costs no place."""
    relevance = {"a": 1.0, "b": 1.0}
    for measure in (metrics.ndcg_at_k, metrics.recall_at_k, metrics.precision_at_k):
        assert measure(["a", "a", "a", "b"], relevance, 2) == measure(["a", "b"], relevance, 2)
    assert metrics.average_precision(["a", "a", "b"], relevance) == 1.0
    assert metrics.mrr(["x", "x", "a"], relevance) == 0.5


def test_nothing_relevant_is_zero() -> None:
    """Without a relevant id every measure is 0, and k below 1 is refused."""
    assert metrics.ndcg_at_k(["a"], {}, 10) == metrics.recall_at_k(["a"], {"a": 0}, 10) == metrics.mrr(["a"], {}) == 0.0
    assert metrics.mrr(["x", "a"], {"a": 1}, k=1) == 0.0
    with pytest.raises(ValueError, match="at least 1"):
        metrics.ndcg_at_k(["a"], {"a": 1}, 0)


def test_percentile_equals_numpy() -> None:
    """Percentiles are numpy's default (linear between order statistics)."""
    rng = random.Random(3)  # noqa: S311 - reproducible cases
    for _ in range(300):
        values = [rng.gauss(0, 5) for _ in range(rng.randint(1, 40))]
        q = rng.choice([0, 50, 95, 100, rng.uniform(0, 100)])
        assert metrics.percentile(values, q) == pytest.approx(float(np.percentile(values, q)), abs=1e-9)
    for values, q in (([], 50), ([1.0], 101), ([1.0], -1)):
        with pytest.raises(ValueError, match=r"values|percentile"):
            metrics.percentile(values, q)


def test_bootstrap_interval_covers_and_repeats() -> None:
    """The interval is reproducible by seed, has about the normal width, is quick, and refuses too few resamples."""
    rng = random.Random(5)  # noqa: S311 - reproducible cases
    values = [rng.random() for _ in range(400)]
    started = time.monotonic()
    low, high = metrics.bootstrap_interval(values, seed=1)
    assert time.monotonic() - started < 2
    assert (low, high) == metrics.bootstrap_interval(values, seed=1) != metrics.bootstrap_interval(values, seed=2)
    assert low < metrics.mean(values) < high
    assert high - low == pytest.approx(2 * 1.96 * float(np.std(values)) / 20, rel=0.1)
    assert metrics.bootstrap_interval([2.0], seed=1, statistic=metrics.mean) == (2.0, 2.0)
    for values, resamples in (([], 2000), ([1.0], 100)):
        with pytest.raises(ValueError, match=r"values|resamples"):
            metrics.bootstrap_interval(values, seed=1, resamples=resamples)


def test_bootstrap_covers_the_mean() -> None:
    """About 95 of 100 intervals hold the true mean."""
    held = 0
    for seed in range(100):
        rng = random.Random(seed)  # noqa: S311 - reproducible cases
        low, high = metrics.bootstrap_interval([rng.random() for _ in range(60)], seed=seed)
        held += low <= 0.5 <= high
    assert 88 <= held <= 100
