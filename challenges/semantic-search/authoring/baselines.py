"""What each ranker reaches on each edition, stored with intervals, and what thresholds follow from it.

:func:`measure` computes one edition's table. :func:`verify` recomputes everything that is stored and names each
number that moved: an edition that the cores no longer give, a mean outside of its stored interval, two editions
that differ, a scale in ``challenge.toml`` that is not what the tables give.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from cores import TYPES, read
from draw import EDITIONS, HERE, draw, read_plan
from rankers import TOP, Rankers, Vectors

from harness.probe.metrics import bootstrap_interval, mean, ndcg_at_k, recall_at_k

MODEL = HERE.parents[2] / "build" / "model"
STORED = HERE / "baselines"
RUBRIC = HERE.parent / "challenge.toml"
MARGIN = 0.05
AGREE_POINTS = 3.0
"""Two editions agree when no ranker's points for relevance differ by more."""
LEXICAL = ("any_word", "tfidf", "bm25", "lsa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Where a type's scale begins and ends: above every weak ranker, below every sound one, by the margin."""

    measure: str
    weak: tuple[str, ...]
    sound: tuple[str, ...]


RULES = {
    "paraphrase": Rule(measure="recall_at_10", weak=LEXICAL, sound=("dense", "fusion")),
    "acronym": Rule(measure="recall_at_10", weak=LEXICAL, sound=("dense", "fusion")),
    "identifier": Rule(measure="ndcg_at_10", weak=("any_word",), sound=("tfidf", "bm25", "fusion")),
    "keyword": Rule(measure="recall_at_10", weak=("any_word",), sound=("tfidf", "bm25", "dense", "fusion")),
    "long": Rule(measure="recall_at_10", weak=("any_word", "dense_cut"), sound=("dense", "fusion")),
}

Table = dict[str, Any]


@dataclass(slots=True)
class Verdict:
    """What :func:`verify` found. ``problems`` is empty when everything stored is what comes out."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scales: dict[str, list[list[float]]] = field(default_factory=dict)
    points: dict[str, dict[str, float]] = field(default_factory=dict)
    """Edition → ranker → points for relevance that it would earn."""
    tables: dict[str, Table] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether nothing moved."""
        return not self.problems


def measure(edition: str, vectors: Vectors) -> Table:
    """One edition's table: per type and ranker, mean and 95 % bootstrap interval of R@10 and nDCG@10."""
    articles, queries = (_rows(edition, name) for name in ("articles", "queries"))
    rankers = Rankers(articles, [query["text"] for query in queries], vectors)
    types: dict[str, Any] = {kind: {"n": sum(q["type"] == kind for q in queries), "rankers": {}} for kind in TYPES}
    for name, rankings in rankers.rankings():
        for kind in TYPES:
            own = [(r, q["judgments"]) for r, q in zip(rankings, queries, strict=True) if q["type"] == kind]
            types[kind]["rankers"][name] = {
                "recall_at_10": _interval([recall_at_k(r, j, TOP) for r, j in own]),
                "ndcg_at_10": _interval([ndcg_at_k(r, j, TOP) for r, j in own]),
            }
    return {
        "schema_version": 1,
        "edition": edition,
        "sha256": digest(edition),
        "articles": len(articles),
        "queries": len(queries),
        "types": types,
    }


def _interval(values: Sequence[float]) -> list[float]:
    """Mean, low end, high end.

    Where all values are alike a bootstrap says nothing; the rule of three does (Hanley and Lippman-Hand 1983).
    """
    low, high = bootstrap_interval(values, seed=1)
    if low == high:
        low, high = max(0.0, low - 3 / len(values)), min(1.0, high + 3 / len(values))
    return [round(value, 4) for value in (mean(values), low, high)]


def scales(tables: Sequence[Table]) -> dict[str, list[list[float]]]:
    """Per type the anchors that follow from the tables: from the best weak ranker and the weakest sound one of all."""
    found = {}
    for kind, rule in RULES.items():
        reached = [
            {name: row[rule.measure][0] for name, row in table["types"][kind]["rankers"].items()} for table in tables
        ]
        zero = max(row[name] for row in reached for name in rule.weak) + MARGIN
        full = min(row[name] for row in reached for name in rule.sound) - MARGIN
        found[kind] = [[round(zero, 2), 0.0], [round(full, 2), 1.0]]
    return found


def verify(model: Path | None = MODEL, *, stored: Path = STORED, rubric: Path = RUBRIC) -> Verdict:
    """Recompute what is stored: editions from the cores, tables from the editions, scales from the tables.

    Args:
        model: the encoder's folder (``make build/model``). With ``None`` no table is recomputed, which takes
            a second instead of minutes; all else is compared.
        stored: folder of the stored tables.
        rubric: the challenge.toml whose scales are compared.

    Raises:
        OSError: an edition, a table or the model is missing.
    """
    verdict = Verdict()
    plan, pool = read_plan(), read()
    vectors = None if model is None else Vectors(model)
    for name, seed in plan.seeds.items():
        for file, text in draw(pool, plan, seed).files().items():
            if (EDITIONS / name / file).read_text("utf-8") != text:
                verdict.problems.append(f"edition {name}: {file} is not what the cores and seed {seed} give")
        table = json.loads((stored / f"{name}.json").read_text("utf-8"))
        if table["sha256"] != digest(name):
            verdict.problems.append(f"edition {name}: its baselines were measured on other files")
        if vectors is not None:
            verdict.problems += list(_moved(table, measure(name, vectors)))
        verdict.tables[name] = table
    for (one, first), (two, second) in pairwise(verdict.tables.items()):
        for text, apart in _differences(first, second):
            line = f"edition {two} against {one}: {text}"
            (verdict.problems if apart else verdict.notes).append(line)
    verdict.scales = scales(list(verdict.tables.values()))
    _verify_rubric(verdict, tomllib.loads(rubric.read_text("utf-8")))
    return verdict


def _moved(stored: Table, table: Table) -> Iterator[str]:
    """What a recomputed table has and the stored one does not say."""
    for where, (_, low, high), (now, *_) in _cells(stored, table):
        if not low <= now <= high:
            yield f"edition {table['edition']}, {where}: {now:.3f} is outside of the stored {low:.3f} to {high:.3f}"


def _differences(first: Table, second: Table) -> Iterator[tuple[str, bool]]:
    """Means of the second table outside of the first one's intervals, and whether the two intervals lie apart."""
    for where, (_, low, high), (now, own_low, own_high) in _cells(first, second):
        if not low <= now <= high:
            yield f"{where}: {now:.3f} is outside of {low:.3f} to {high:.3f}", own_high < low or own_low > high


def _cells(first: Table, second: Table) -> Iterator[tuple[str, list[float], list[float]]]:
    """The scored types' numbers of two tables side by side."""
    for kind in RULES:
        for ranker, row in first["types"][kind]["rankers"].items():
            for measured, values in row.items():
                other = second["types"][kind]["rankers"].get(ranker, {}).get(measured, [float("nan")] * 3)
                yield f"{kind}, {ranker}, {measured}", values, other


def _verify_rubric(verdict: Verdict, rubric: dict[str, Any]) -> None:
    """Compare the rubric's scales with the derived ones, and the points that two editions give."""
    checks = {check["id"]: check for check in rubric["check"]}
    for kind, anchors in verdict.scales.items():
        scale = checks[f"relevance.{kind}"]["scale"]
        if scale["measure"] != RULES[kind].measure or scale["anchors"] != anchors:
            verdict.problems.append(
                f"challenge.toml, relevance.{kind}: the scale is {scale['measure']} {scale['anchors']},"
                f" the baselines give {RULES[kind].measure} {anchors}"
            )
        if anchors[0][0] >= anchors[1][0]:
            verdict.problems.append(f"{kind}: a weak ranker reaches what sound ones do, no scale tells them apart")
    for name, table in verdict.tables.items():
        verdict.points[name] = {
            ranker: round(sum(_points(checks[f"relevance.{kind}"], table, kind, ranker) for kind in RULES), 2)
            for ranker in table["types"]["paraphrase"]["rankers"]
        }
    for (one, first), (two, second) in pairwise(verdict.points.items()):
        verdict.problems += [
            f"{ranker} earns {first[ranker]} points on edition {one} and {second[ranker]} on {two}"
            for ranker in first
            if abs(first[ranker] - second[ranker]) > AGREE_POINTS
        ]


def _points(check: dict[str, Any], table: Table, kind: str, ranker: str) -> float:
    (zero, _), (full, _) = check["scale"]["anchors"]
    value = table["types"][kind]["rankers"][ranker][check["scale"]["measure"]][0]
    return float(check["weight"]) * min(1.0, max(0.0, (value - zero) / (full - zero)))


def digest(edition: str) -> str:
    """SHA-256 of an edition's files."""
    found = hashlib.sha256()
    for path in sorted((EDITIONS / edition).glob("*.jsonl")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _rows(edition: str, name: str) -> list[dict[str, Any]]:
    text = (EDITIONS / edition / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]
