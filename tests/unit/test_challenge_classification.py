"""The challenge "classification" adds up, and its tickets have the faults that its thresholds rest on."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter

import pytest

from grader.challenge import CHALLENGES, load_challenge
from grader.limits import Limits
from grader.runtimes import runtime_of
from grader.submission import read_manifest
from grader.validation import paper
from grader.validation.ladder import expected, lay_out, solutions
from grader.validation.shapes import read_demands

ROOT = CHALLENGES / "classification"
FOLDER = load_challenge("classification")
SOLUTIONS = tuple(solutions(FOLDER))


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a public file."""
    with (ROOT / "public" / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def edition(name: str) -> list[dict]:
    """The rows of a hidden edition."""
    return [json.loads(line) for line in (ROOT / "editions" / name / "tickets.jsonl").read_text("utf-8").splitlines()]


TRAIN, VALIDATION = rows_of("train.csv"), rows_of("validation.csv")
HIDDEN = {name: edition(name) for name in ("a", "b")}


@pytest.mark.parametrize("proof", [paper.rubric, paper.scope, paper.leaks])
def test_rubric_brief_and_hidden_checks_belong_together(proof):
    """What can be proven on paper holds: points, minutes, caps, quoted sentences, a mutant a check, nothing told."""
    shown = proof(FOLDER, read_demands(FOLDER))
    assert shown.state == "held", shown.findings


def test_the_brief_names_every_category():
    """Candidates read of each category that the training file has."""
    brief = (ROOT / "brief.md").read_text("utf-8")
    assert [name for name in {row["category"] for row in TRAIN} if f"`{name}`" not in brief] == []


def test_the_practice_gateway_is_one():
    """Each challenge's kit stands on its own, so the file is there twice: the same bytes."""
    files = {path.read_bytes() for path in CHALLENGES.glob("*/public/practice_gateway.py")}
    assert len(files) == 1


def test_training_has_the_faults_that_the_card_names():
    """Rare categories, and a queue that tells the label: as many as the thresholds were measured with."""
    shares = Counter(row["category"] for row in TRAIN)
    assert len(TRAIN) == 3_000
    assert sorted(shares, key=shares.get)[:3] == ["security", "refund", "moving_home"]
    assert shares["security"] / len(TRAIN) < 0.02
    assert shares["billing"] / len(TRAIN) > 0.25
    usual: dict[str, Counter[str]] = {}
    for row in TRAIN:
        usual.setdefault(row["category"], Counter())[row["queue"]] += 1
    tells = sum(queues.most_common(1)[0][1] for queues in usual.values()) / len(TRAIN)
    assert tells > 0.9
    assert (
        len({row["queue"] for row in VALIDATION} & {q for queues in usual.values() for q, _ in queues.most_common(1)})
        == 0
    )


def test_validation_rows_are_newer_and_apart():
    """Later than every training row, none of them a training row, at least fifteen of each category."""
    assert max(row["created_at"] for row in TRAIN) < min(row["created_at"] for row in VALIDATION)
    assert not {row["body"] for row in TRAIN} & {row["body"] for row in VALIDATION}
    assert min(Counter(row["category"] for row in VALIDATION).values()) >= 15
    assert len(VALIDATION) == 300


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_tickets_are_enough(name):
    """At least 850 scored tickets with 70 of each category, and the slices beside them; later than what is public."""
    slices = Counter(row["slice"] for row in HIDDEN[name])
    assert slices["main"] >= 850
    assert min(slices[s] for s in ("out_of_scope", "drift")) >= 100
    per = Counter(row["category"] for row in HIDDEN[name] if row["slice"] == "main")
    assert len(per) == 10
    assert min(per.values()) >= 70
    assert min(row["created_at"] for row in HIDDEN[name]) > max(row["created_at"] for row in VALIDATION)
    assert len({row["id"] for row in HIDDEN[name]}) == len(HIDDEN[name])
    assert all(row["category"] is None for row in HIDDEN[name] if row["slice"] == "out_of_scope")


@pytest.mark.parametrize("name", HIDDEN)
def test_what_an_incoming_ticket_says_besides_its_text_says_nothing(name):
    """The queue of a hidden ticket is a desk that took it in, as frequent in each category as in any other."""
    main = [row for row in HIDDEN[name] if row["slice"] == "main"]
    desks = {row["queue"] for row in VALIDATION}
    assert {row["queue"] for row in main} <= desks
    best = sum(Counter(row["category"] for row in main if row["queue"] == desk).most_common(1)[0][1] for desk in desks)
    assert best / len(main) < 0.25


def test_the_editions_differ():
    """Hardly a scored body stands in both."""
    bodies = [{row["body"] for row in rows if row["slice"] == "main"} for rows in HIDDEN.values()]
    assert len(bodies[0] & bodies[1]) < 0.05 * len(bodies[0])


def test_files_are_what_cores_and_seeds_give():
    """Drawn again, the public files and both editions are the same bytes."""
    program = """
import sys
sys.path.insert(0, "authoring")
from cores import read
from draw import EDITIONS, NAMES, PUBLIC, edition_files, public_files, read_plan
pool, plan = read(), read_plan()
files = {PUBLIC / name: text for name, text in public_files(pool, plan).items()}
for edition in NAMES:
    files |= {EDITIONS / edition / n: t for n, t in edition_files(pool, plan, plan["seeds"][edition]).items()}
print([path.name for path, text in files.items() if path.read_bytes() != text.encode()], len(files))
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("[] "), ran.stdout


@pytest.mark.parametrize("name", [name for name in SOLUTIONS if name != "empty"])
def test_every_solution_can_be_laid_out(name, tmp_path):
    """Its changes fit what it is based on, its manifest is read, and all but the starter's kin say how to train."""
    lay_out(FOLDER, name, tmp_path / name)
    manifest = read_manifest(tmp_path / name)
    assert manifest.train is not None
    assert runtime_of(tmp_path / name, manifest).read(tmp_path / name, Limits()) is not None
    assert expected(FOLDER, name).why
