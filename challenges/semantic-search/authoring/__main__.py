"""``python challenges/semantic-search/authoring draw | measure | verify``: one JSON object on standard output.

draw      writes ``editions/NAME/*.jsonl`` from the cores and the seeds of ``editions.toml``
measure   recomputes every edition's baselines and writes ``authoring/baselines/NAME.json``; prints the scales
verify    recomputes all of it, changes nothing, and names what moved; exit code 1 if anything did
prove     the same, as `grader validate` reads it
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from baselines import MODEL, STORED, measure, scales, verify
from cores import read
from draw import EDITIONS, draw, read_plan
from rankers import Vectors


def main() -> int:
    """Run one of the three; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("draw", "measure", "verify", "prove"))
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of the encoder (make build/model)")
    given = parser.parse_args()
    held, result = {"draw": _draw, "measure": _measure, "verify": _verify, "prove": _prove}[given.action](given.model)
    sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return 0 if held else 1


def _draw(_model: Path) -> tuple[bool, object]:
    plan, pool = read_plan(), read()
    written = {}
    for name, seed in plan.seeds.items():
        edition = draw(pool, plan, seed)
        (EDITIONS / name).mkdir(parents=True, exist_ok=True)
        for file, text in edition.files().items():
            (EDITIONS / name / file).write_text(text, "utf-8")
        written[name] = {"seed": seed, "articles": len(edition.articles), "queries": len(edition.queries)}
    return True, written


def _measure(model: Path) -> tuple[bool, object]:
    vectors = Vectors(model)
    tables = {name: measure(name, vectors) for name in read_plan().seeds}
    STORED.mkdir(exist_ok=True)
    for name, table in tables.items():
        (STORED / f"{name}.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    return True, {"scales": scales(list(tables.values()))}


def _verify(model: Path) -> tuple[bool, object]:
    verdict = verify(model)
    return verdict.held, {"held": verdict.held, **asdict(verdict)}


def _prove(model: Path) -> tuple[bool, object]:
    """A row an edition and ranker: the points for relevance that it would earn."""
    verdict = verify(model)
    rows = [
        {"subject": f"{ranker}, edition {edition}", "held": True, "cells": [f"{points:.2f}"]}
        for edition, rankers in verdict.points.items()
        for ranker, points in rankers.items()
    ]
    findings = [
        {"subject": "baselines", "message": problem, "next_step": "Measure again and look at what moved."}
        for problem in verdict.problems
    ]
    sentence = f"{len(rows)} rankers by edition computed again; {len(verdict.problems)} figures moved."
    return verdict.held, {
        "sentence": sentence,
        "heads": ["points for relevance"],
        "rows": rows,
        "findings": findings,
    }


if __name__ == "__main__":
    sys.exit(main())
