"""The published schemas: what the models say, valid, and true of real records."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pod_stubs import honest
from records import BROKEN, LOST, evidence, failure

from grader.schemas import main, schemas
from grader.scoring import score
from tests.golden.samples import SAMPLES

ROOT = Path(__file__).resolve().parent.parent.parent
PUBLISHED = ROOT / "docs" / "schemas"
NAMES = ("challenge", "demands", "evidence", "expected", "results", "scorecard", "validation")
EVIDENCE = {
    "whole": evidence(),
    "lost": evidence({"api.one": ["passed", LOST, BROKEN]}),
    "stopped": evidence(failure=failure("candidate"), service=None, phases=(), static=None, manifest=None),
}
PLAN = {
    "schema_version": 1,
    "run_id": "r",
    "nonce": "n",
    "phase": "main",
    "seed": 1,
    "checks": [{"id": "a", "repeats": 2}],
}


@cache
def validator(name: str) -> Draft202012Validator:
    """A reader of one published schema that is not pydantic."""
    return Draft202012Validator(json.loads((PUBLISHED / f"{name}.schema.json").read_text("utf-8")))


def problems(name: str, value: object) -> list[str]:
    """What the published schema says against a value."""
    return [error.message for error in validator(name).iter_errors(value)]


def test_the_published_schemas_are_what_the_models_say(tmp_path):
    """docs/schemas holds what `python -m grader.schemas docs/schemas` writes: run it after a change of a record."""
    assert main([str(tmp_path)]) == 0
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    published = {path.name: path.read_text("utf-8") for path in PUBLISHED.glob("*.schema.json")}
    assert sorted(written) == [f"{name}.schema.json" for name in NAMES]
    assert published == written == schemas()


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_valid_schema(name):
    """Each is valid JSON Schema 2020-12, says so, and refuses unknown fields."""
    schema = validator(name).schema
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", EVIDENCE)
def test_evidence_and_its_scorecard_are_as_published(name):
    """Evidence and scorecards as they are written validate, also those of gradings that ended early."""
    own = EVIDENCE[name]
    assert problems("evidence", json.loads(own.to_json())) == []
    assert problems("scorecard", json.loads(score(own).to_json())) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_scorecards_are_as_published(name):
    """The report's sample scorecards validate."""
    assert problems("scorecard", json.loads(SAMPLES[name]().to_json())) == []


@pytest.mark.parametrize("outcome", ["passed", "not_run"])
def test_a_probes_results_are_as_published(outcome):
    """Results as the probe writes them validate, and a field too many or too few does not."""
    results = honest(PLAN, outcome, None)
    assert problems("results", results) == []
    assert problems("results", results | {"score": 100}) != []
    del results["nonce"]
    assert problems("results", results) == ["'nonce' is a required property"]


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*/*/challenge.toml")) + sorted(ROOT.glob("tests/*/*/challenge.toml")), ids=str
)
def test_challenges_are_as_published(path):
    """Every challenge.toml validates as it stands, by the names that authors write."""
    table = tomllib.loads(path.read_text("utf-8"))
    assert problems("challenge", table) == []
    assert problems("challenge", table | {"weights": []}) != []


def test_expectations_are_as_published():
    """Every solution's expected.toml validates, and one without a reason does not."""
    paths = sorted(ROOT.glob("challenges/*/solutions/*/expected.toml"))
    assert paths
    for path in paths:
        assert problems("expected", tomllib.loads(path.read_text("utf-8"))) == []
    assert problems("expected", {"kind": "cheat", "score": [0, 5]}) == ["'why' is a required property"]


def test_demands_are_as_published():
    """Every validation.toml validates, and one with a word that nobody reads does not."""
    paths = [*ROOT.glob("challenges/*/validation.toml"), *ROOT.glob("tests/*/challenges/*/validation.toml")]
    assert paths
    for path in paths:
        table = tomllib.loads(path.read_text("utf-8"))
        assert problems("demands", table) == []
        assert problems("demands", table | {"wishes": []}) != []
