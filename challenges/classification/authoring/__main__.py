"""``python challenges/classification/authoring draw | measure | verify``: one JSON object on standard output.

draw      writes ``public/data/*.csv`` and ``editions/NAME/tickets.jsonl`` from the cores and ``editions.toml``
measure   recomputes every edition's baselines and writes ``authoring/baselines/NAME.json``
verify    recomputes all of it, changes nothing, and names what moved; exit code 1 if anything did
prove     the same, as `grader validate` reads it
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from baselines import MODEL, STORED, Bench, measure, verify
from cores import read
from draw import EDITIONS, NAMES, PUBLIC, edition_files, public_files, read_plan

HEADS = {
    "macro_f1": "macro-F1",
    "accuracy": "accuracy",
    "calibration_error": "ECE",
    "utility_always": "utility, never abstaining",
    "utility_tuned": "utility, tuned",
}


def main() -> int:
    """Run one of the four; the exit code."""
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
    PUBLIC.mkdir(parents=True, exist_ok=True)
    for file, text in public_files(pool, plan).items():
        (PUBLIC / file).write_bytes(text.encode())
        written[file] = len(text.encode())
    for name in NAMES:
        (EDITIONS / name).mkdir(parents=True, exist_ok=True)
        for file, text in edition_files(pool, plan, plan["seeds"][name]).items():
            (EDITIONS / name / file).write_bytes(text.encode())
            written[f"{name}/{file}"] = len(text.encode())
    return True, {"bytes": written}


def _measure(model: Path) -> tuple[bool, object]:
    bench = Bench(model)
    tables = {name: measure(name, bench) for name in NAMES}
    STORED.mkdir(exist_ok=True)
    for name, table in tables.items():
        (STORED / f"{name}.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    return True, {
        name: {model: [figures["macro_f1"], figures["utility_tuned"]] for model, figures in table["models"].items()}
        for name, table in tables.items()
    }


def _verify(model: Path) -> tuple[bool, object]:
    verdict = verify(model)
    return verdict.held, {"held": verdict.held, **asdict(verdict)}


def _prove(model: Path) -> tuple[bool, object]:
    """A row an edition and model: its figures on the main slice."""
    verdict = verify(model)
    rows = [
        {
            "subject": f"{name}, edition {edition}",
            "held": True,
            "cells": [f"{figures[figure][0]:.3f}" for figure in HEADS],
        }
        for edition, table in verdict.tables.items()
        for name, figures in table["models"].items()
    ]
    findings = [
        {"subject": "baselines", "message": problem, "next_step": "Measure again and look at what moved."}
        for problem in verdict.problems
    ]
    sentence = f"{len(rows)} models by edition computed again; {len(verdict.problems)} figures moved."
    return verdict.held, {"sentence": sentence, "heads": list(HEADS.values()), "rows": rows, "findings": findings}


if __name__ == "__main__":
    sys.exit(main())
