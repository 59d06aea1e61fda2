"""Small submissions, each with the verdict that it must get (tests/repos/*/expected.toml)."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.engine.conftest import REPOS

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("nothing_left")]
NAMES = sorted(path.parent.name for path in REPOS.glob("*/expected.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_each_gets_its_verdict(desk, name):
    """Exit code, score, blame, code, gates and sentence are what expected.toml says, and a report is written."""
    expected = tomllib.loads((REPOS / name / "expected.toml").read_text())
    ran = desk.run(url=desk.publish(name, REPOS / name))
    assert ran.code == expected["exit"], ran.err
    card = ran.card()
    low, high = expected["score"]
    assert low <= card["score"] <= high
    failure = card["failure"] or {}
    assert failure.get("code") == expected.get("code")
    assert failure.get("blame") == expected.get("blame")
    assert [gate["id"] for gate in card["gates"] if gate["state"] == "closed"] == expected.get("gates", [])
    assert re.search(expected.get("sentence", ""), ran.said()), ran.said()
    assert "<h1" in (ran.folder / "report.html").read_text("utf-8")
    assert sorted(p.name for p in ran.folder.iterdir()) == ["evidence.json", "logs", "report.html", "scorecard.json"]


def test_json_for_machines(desk):
    """With --json, stdout is one JSON object with score, status, commit, seed and folder."""
    ran = desk.run("--json", url=desk.publish("good", REPOS / "good"))
    result = json.loads(ran.out)
    assert (result["status"], result["score"], result["failure"]) == ("graded", 100.0, None)
    assert re.fullmatch(r"[0-9a-f]{40}", result["commit"])
    assert result["folder"] == str(ran.folder)


def test_same_identity_same_score(desk):
    """The same commit, challenge, images, limits and seed give the same identity and the same score."""
    url = desk.publish("half", REPOS / "half")
    first = desk.run("--seed", "7", url=url, out="first").card()
    second = desk.run("--seed", "7", url=url, out="second").card()
    other = desk.run("--seed", "8", url=url, out="third").card()
    assert first["provenance"]["identity_key"] == second["provenance"]["identity_key"]
    assert first["provenance"]["identity_key"] != other["provenance"]["identity_key"]
    assert first["score"] == second["score"]


def test_score_and_report_again_offline(desk):
    """Scoring and rendering the saved evidence again gives the same bytes, without any engine."""
    ran = desk.run(url=desk.publish("dies-midway", REPOS / "dies-midway"))
    names = ("scorecard.json", "report.html")
    before = {name: (ran.folder / name).read_bytes() for name in names}
    for name in names:
        (ran.folder / name).unlink()
    nowhere = {"DOCKER_HOST": "unix:///nonexistent.sock"}
    assert desk.run("score", str(ran.folder), env=nowhere).code == 0
    assert desk.run("report", str(ran.folder), env=nowhere).code == 0
    assert {name: (ran.folder / name).read_bytes() for name in names} == before


def test_a_commit_can_be_chosen(desk):
    """--commit grades that commit, and the report echoes it back."""
    url = desk.publish("good", REPOS / "good")
    commit = desk.run(url=url, out="newest").card()["submission"]["commit"]
    assert desk.run("--commit", commit[:10], url=url, out="chosen").card()["submission"]["commit"] == commit


def test_gradings_are_kept(desk):
    """A folder that holds a grading is never written over."""
    url = desk.publish("good", REPOS / "good")
    first = desk.run(url=url)
    before = (first.folder / "evidence.json").read_bytes()
    again = desk.run(url=url)
    assert (again.code, "out.in_use" in again.err) == (2, True)
    assert (first.folder / "evidence.json").read_bytes() == before
