"""Submissions that differ in what stands around the code, each with its verdict (tests/repos/craft/*/expected.toml).

Each is the base with its own files over it; the service is the same, so what a suite tries can cost it nothing.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.engine.conftest import REPOS

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("nothing_left")]
CRAFT = REPOS / "craft"
NAMES = sorted(path.parent.name for path in CRAFT.glob("*/expected.toml"))
LIMITS = """\
boot_s = 6
exchange_s = 3
phase_s = 60
own_tests_first_s = 25
own_tests_run_s = 8
own_tests_bugs = 6
"""


@pytest.fixture
def craft(desk, tmp_path):
    """Grade one of the submissions; gives what was run and what was expected."""

    def graded(name: str, *options: str):
        wanted = tomllib.loads((CRAFT / name / "expected.toml").read_text("utf-8"))
        files = tmp_path / name
        shutil.copytree(CRAFT / "base", files)
        shutil.copytree(CRAFT / name, files, dirs_exist_ok=True)
        for path in wanted.get("remove", []):
            (files / path).unlink()
        Path(desk.environment["GRADER_LIMITS"]).write_text(LIMITS)
        ran = desk.run("--challenge", "craft", *options, url=desk.publish(name, files))
        return ran, wanted

    return graded


@pytest.mark.parametrize("name", NAMES)
def test_each_gets_its_verdict(craft, name):
    """Score, the suite's outcome, the share of bugs caught, claims and questions are what expected.toml says."""
    ran, wanted = craft(name)
    assert ran.code == 0, ran.err
    card = ran.card()
    low, high = wanted["score"]
    assert low <= card["score"] <= high, card["work"]["own_tests"]
    assert card["status"] == "graded"
    own = card["work"]["own_tests"]
    base = own["facts"]["base"]
    if wanted["own_tests"] != "any":
        assert (base["outcome"] if base else "none") == wanted["own_tests"]
    assert re.search(wanted.get("sentence", ""), own["sentence"]), own["sentence"]
    if "caught" in wanted:
        low, high = wanted["caught"]
        assert low <= own["caught"]["value"] <= high, own["sentence"]
        assert own["n"] >= 1
    assert list(own["facts"]["extra_requirements"]) == wanted.get("extra", [])
    if "claims" in wanted:
        assert [claim["stands"] for claim in card["work"]["claims"]] == wanted["claims"]
    assert {q["id"] for q in card["work"]["questions"]} - {"own_tests"} == set(wanted["questions"]) - {"own_tests"}
    assert 'id="own-tests"' in (ran.folder / "report.html").read_text("utf-8")


def test_score_again_offline(craft, desk):
    """All of it is scored and rendered again from the evidence: the same bytes, without an engine."""
    ran, _ = craft("excellent")
    names = ("scorecard.json", "report.html")
    before = {name: (ran.folder / name).read_bytes() for name in names}
    for name in names:
        (ran.folder / name).unlink()
    nowhere = {"DOCKER_HOST": "unix:///nonexistent.sock"}
    assert desk.run("score", str(ran.folder), env=nowhere).code == 0
    assert desk.run("report", str(ran.folder), env=nowhere).code == 0
    assert {name: (ran.folder / name).read_bytes() for name in names} == before


def test_a_deadline_that_nothing_met(craft):
    """Where a challenge grades at the deadline, a repository of later commits alone is not graded, and says so."""
    ran, _ = craft("excellent", "--deadline", "2020-01-01T00:00Z")
    assert ran.code == 1
    assert ran.card()["failure"]["code"] == "fetch.nothing_before_deadline"
    assert ran.card()["score"] is None
