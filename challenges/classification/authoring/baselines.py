"""What each model reaches on each edition, stored with intervals, and the bands that the data was written to give.

:func:`measure` computes one edition's table. :func:`verify` recomputes everything that is stored and names each
number that moved: files that the cores no longer give, a figure outside of its stored interval, two editions that rank
the models differently, a band that does not hold.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from cores import read
from draw import EDITIONS, HERE, NAMES, PUBLIC, edition_files, public_files, read_plan
from measures import best_threshold, brier, calibration_error, gains, interval, macro_f1, outside_auroc
from models import Model, Models, Row, Vectors

MODEL = HERE.parents[2] / "build" / "model"
STORED = HERE / "baselines"
RAREST = 3
TRAINING_SHARE = 0.8
SPLITS = 5
ALIKE = 0.02
"""Models so close in macro-F1 on an edition may change places on another."""
MOVED = 0.002
"""How far a figure without an interval may move."""

Table = dict[str, Any]

BANDS: dict[tuple[str, str], tuple[float, float]] = {
    ("majority", "macro_f1"): (0.0, 0.06),
    ("rules", "macro_f1"): (0.28, 0.45),
    ("tfidf", "macro_f1"): (0.38, 0.52),
    ("tfidf_weighted", "macro_f1"): (0.58, 0.68),
    ("lexical", "macro_f1"): (0.62, 0.71),
    ("dense_weighted", "macro_f1"): (0.64, 0.75),
    ("sentences", "macro_f1"): (0.71, 0.80),
    ("blend", "macro_f1"): (0.74, 0.82),
    ("lexical", "utility_always"): (-1.0, -0.1),
    ("lexical", "utility_tuned"): (0.25, 0.50),
    ("dense_weighted", "utility_tuned"): (0.15, 0.50),
    ("sentences", "utility_tuned"): (0.25, 0.50),
    ("blend", "utility_tuned"): (0.35, 0.55),
}
"""Model and measure → from and to, on the main slice of every edition."""
OVER_CLAIM = 0.12
"""By so much at least a random split shows more than the main slice gives."""


@dataclass(slots=True)
class Verdict:
    """What :func:`verify` found. ``problems`` is empty when everything stored is what comes out."""

    problems: list[str] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether nothing moved."""
        return not self.problems


class Bench:
    """The models, fitted once on the public files."""

    def __init__(self, model: Path) -> None:
        self.names = list(read_plan()["frequency"])
        train, self.checked = (_public(name) for name in ("train", "validation"))
        self.models = Models(train, self.names, Vectors(model))
        self.fitted = dict(self.models.fitted())

    def truth(self, rows: Sequence[Row]) -> Any:
        """The rows' categories by number."""
        return np.array([self.names.index(row["category"]) for row in rows])

    def claim(self, main: Sequence[Row], *, weights: str | None = None, queue: bool = False) -> dict[str, float]:
        """What TF-IDF shows on a random fifth of the training file, and reaches on the main slice: means of splits."""
        rows, labels = self.models.rows, self.models.labels
        shown, reached = [], []
        for seed in range(SPLITS):
            order = np.random.default_rng(seed).permutation(len(rows))
            kept, held = np.split(order, [int(len(rows) * TRAINING_SHARE)])
            model = self.models.tfidf([rows[at] for at in kept], labels[kept], weights=weights, queue=queue)
            shown.append(macro_f1(labels[held], model([rows[at] for at in held]).argmax(axis=1), len(self.names)))
            reached.append(macro_f1(self.truth(main), model(main).argmax(axis=1), len(self.names)))
        return {"claimed": round(float(np.mean(shown)), 4), "reached": round(float(np.mean(reached)), 4)}


def measure(edition: str, bench: Bench) -> Table:
    """One edition's table: every model's figures, and what a random split would claim."""
    rows = _rows(edition)
    parts = {part: [row for row in rows if row["slice"] == part] for part in read_plan()["slices"]}
    return {
        "schema_version": 1,
        "edition": edition,
        "sha256": digest(edition),
        "rows": {part: len(own) for part, own in parts.items()},
        "claims": {
            "tfidf": bench.claim(parts["main"]),
            "tfidf_weighted": bench.claim(parts["main"], weights="balanced"),
            "tfidf_with_queue": bench.claim(parts["main"], queue=True),
            "tfidf_weighted_with_queue": bench.claim(parts["main"], weights="balanced", queue=True),
        },
        "models": {name: _figures(bench, model, parts) for name, model in bench.fitted.items()},
    }


def _figures(bench: Bench, model: Model, parts: dict[str, list[Row]]) -> dict[str, Any]:
    """A model's figures: with an interval what the main slice gives, single numbers for the rest."""
    count = len(bench.names)
    checked, checked_truth = model(bench.checked), bench.truth(bench.checked)
    threshold = best_threshold(checked, checked_truth)
    main, truth = model(parts["main"]), bench.truth(parts["main"])
    told = main.argmax(axis=1)
    unseen = np.array([row["phrasing"] == "unseen" for row in parts["main"]])
    always, tuned = gains(main, truth, 0.0), gains(main, truth, threshold)
    return {
        "macro_f1": interval(lambda at: macro_f1(truth[at], told[at], count), len(truth)),
        "accuracy": interval(lambda at: float((truth[at] == told[at]).mean()), len(truth)),
        "calibration_error": interval(lambda at: calibration_error(main[at], truth[at]), len(truth)),
        "brier": interval(lambda at: brier(main[at], truth[at]), len(truth)),
        "utility_always": interval(lambda at: float(always[at].mean()), len(truth)),
        "utility_tuned": interval(lambda at: float(tuned[at].mean()), len(truth)),
        "threshold": round(threshold, 4),
        "answered": round(float((main.max(axis=1) >= threshold).mean()), 4),
        "macro_f1_validation": round(macro_f1(checked_truth, checked.argmax(axis=1), count), 4),
        "macro_f1_seen": round(macro_f1(truth[~unseen], told[~unseen], count), 4),
        "macro_f1_unseen": round(macro_f1(truth[unseen], told[unseen], count), 4),
        "outside_auroc": round(outside_auroc(main, model(parts["out_of_scope"])), 4),
        "macro_f1_drift": round(macro_f1(bench.truth(parts["drift"]), model(parts["drift"]).argmax(axis=1), count), 4),
        "accepted_two_topics": round(_accepted(bench, model, parts["two_topics"]), 4),
        "accepted_languages": round(_accepted(bench, model, parts["languages"]), 4),
        "recall": {
            bench.names[at]: round(float((told[truth == at] == at).mean()), 4) for at in range(count - RAREST, count)
        },
    }


def _accepted(bench: Bench, model: Model, rows: list[Row]) -> float:
    """The share of rows whose category is one of the accepted."""
    told = model(rows).argmax(axis=1)
    return float(np.mean([bench.names[at] in row["accept"] for at, row in zip(told, rows, strict=True)]))


def verify(model: Path | None = MODEL, *, stored: Path = STORED) -> Verdict:
    """Recompute what is stored: files from the cores, tables from the files.

    Args:
        model: the encoder's folder (``make build/model``). With ``None`` no table is recomputed, which takes
            a second instead of minutes; all else is compared.
        stored: folder of the stored tables.

    Raises:
        OSError: a file, a table or the model is missing.
    """
    verdict = Verdict()
    plan, pool = read_plan(), read()
    for file, text in public_files(pool, plan).items():
        if (PUBLIC / file).read_bytes() != text.encode():
            verdict.problems.append(f"public data: {file} is not what the cores give")
    bench = None if model is None else Bench(model)
    for name in NAMES:
        for file, text in edition_files(pool, plan, plan["seeds"][name]).items():
            if (EDITIONS / name / file).read_bytes() != text.encode():
                verdict.problems.append(f"edition {name}: {file} is not what the cores and its seed give")
        table = json.loads((stored / f"{name}.json").read_text("utf-8"))
        if table["sha256"] != digest(name):
            verdict.problems.append(f"edition {name}: its baselines were measured on other files")
        if bench is not None:
            verdict.problems += list(_moved(table, measure(name, bench)))
        verdict.problems += list(_outside(table))
        verdict.tables[name] = table
    for one, two in combinations(verdict.tables, 2):
        verdict.problems += list(_ranked_differently(verdict.tables[one], verdict.tables[two]))
    return verdict


def _moved(stored: Table, table: Table) -> Iterator[str]:
    """What a recomputed table has and the stored one does not say."""
    if stored["rows"] != table["rows"]:
        yield f"edition {table['edition']}: rows are {table['rows']}, stored are {stored['rows']}"
    for where, was, now in _cells(stored, table):
        low, high = was[1:] if isinstance(was, list) else (was - MOVED, was + MOVED)
        value = now[0] if isinstance(now, list) else now
        if not low <= value <= high:
            yield f"edition {table['edition']}, {where}: {value:.3f} is outside of the stored {low:.3f} to {high:.3f}"


def _cells(first: Table, second: Table) -> Iterator[tuple[str, Any, Any]]:
    """The numbers of two tables side by side."""
    for group in ("models", "claims"):
        for name, row in first[group].items():
            for figure, value in row.items():
                other = second[group][name][figure]
                if isinstance(value, dict):
                    yield from ((f"{name}, {figure} of {key}", value[key], other[key]) for key in value)
                else:
                    yield f"{name}, {figure}", value, other


def _outside(table: Table) -> Iterator[str]:
    """Figures outside of the bands that the data was written to give."""
    for (name, figure), (low, high) in BANDS.items():
        value = table["models"][name][figure][0]
        if not low <= value <= high:
            yield f"edition {table['edition']}, {name}, {figure}: {value:.3f} is not from {low} to {high}"
    for name, row in table["claims"].items():
        if row["claimed"] - row["reached"] < OVER_CLAIM:
            yield f"edition {table['edition']}, {name}: a random split claims no more than {OVER_CLAIM} too much"


def _ranked_differently(first: Table, second: Table) -> Iterator[str]:
    """Pairs of models of which one edition prefers one and the other edition the other."""
    for one, two in combinations(first["models"], 2):
        gaps = [table["models"][one]["macro_f1"][0] - table["models"][two]["macro_f1"][0] for table in (first, second)]
        if min(gaps) < -ALIKE and max(gaps) > ALIKE:
            yield f"edition {first['edition']} and {second['edition']} rank {one} and {two} differently"


def digest(edition: str) -> str:
    """SHA-256 of an edition's tickets and the public files that models are fitted on."""
    found = hashlib.sha256()
    for path in (EDITIONS / edition / "tickets.jsonl", PUBLIC / "train.csv", PUBLIC / "validation.csv"):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _rows(edition: str) -> list[Row]:
    with (EDITIONS / edition / "tickets.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _public(name: str) -> list[Row]:
    with (PUBLIC / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
