"""A Node service from URL to score on the real engine, with a package of the registry that this machine is set to."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.engine.conftest import REPOS

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("nothing_left")]
PACKAGE = "secure-json-parse@4.1.1"


def test_a_node_service_is_graded(desk):
    """It is installed from its lock file, kept for the next grading, started by its command and passes every check."""
    url = desk.publish("node", REPOS / "node-service")
    first = desk.run(url=url, out="first")
    assert first.code == 0, first.err
    card, evidence = first.card(), json.loads((first.folder / "evidence.json").read_text("utf-8"))
    assert (card["score"], card["status"], evidence["runtime"]) == (100, "graded", "node")
    install = evidence["install"]
    assert (install["runtime"], install["source"], install["packages"]) == ("node", "package-lock.json", [PACKAGE])
    again = desk.run(url=url, out="again")
    assert again.card()["score"] == 100
    assert json.loads((again.folder / "evidence.json").read_text("utf-8"))["install"]["reused"]


def test_own_tests_of_another_language_cost_nothing(desk, tmp_path):
    """Where a challenge asks for own tests, those of a Node service are not assessed, and the rest is graded whole."""
    files = tmp_path / "files"
    shutil.copytree(REPOS / "node-service", files)
    source = (files / "server.js").read_text()
    known = 'given.text.split(" ").filter((word) => ["red", "green", "three"].includes(word)).length'
    (files / "server.js").write_text(source.replace("[200, given]", f"[200, {{ share: {known} / 4 }}]"))
    ran = desk.run("--challenge", "craft", url=desk.publish("craft", files))
    assert ran.code == 0, ran.err
    card = ran.card()
    (tests,) = [criterion for criterion in card["criteria"] if criterion["source"] == "own_tests"]
    assert (tests["state"], tests["points"], tests["assessed_weight"]) == ("not_assessed", None, 0)
    assert (card["status"], card["score"]) == ("graded", 100)
    assert "only Python suites are run" in (ran.folder / "report.html").read_text("utf-8")


def test_a_package_that_is_not_installed_is_said(desk, tmp_path):
    """A service that imports what its lock does not name never becomes ready; Node's own words are in the sentence."""
    files = tmp_path / "files"
    shutil.copytree(REPOS / "node-without-packages", files)
    (files / "server.ts").write_text('import "nowhere";\n')
    ran = desk.run(url=desk.publish("missing", files))
    assert (ran.code, ran.card()["failure"]["code"]) == (1, "service.never_ready")
    assert "nowhere" in json.dumps(json.loads((ran.folder / "evidence.json").read_text("utf-8"))["service"]["log"])
