"""CSV, SARIF and JUnit: valid, complete, and harmless where they are opened."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from grader.report.editions import Edition, Format, render
from grader.report.text import MASK
from tests.golden import builders, cards
from tests.golden.samples import SAMPLES


def rows(name: str, edition: Edition) -> list[dict[str, str]]:
    """An edition's CSV read back."""
    return list(csv.DictReader(io.StringIO(render(SAMPLES[name](), edition, Format.CSV))))


def test_csv_has_the_total_every_criterion_and_every_check():
    """The reviewer's table holds what the scorecard holds."""
    card, found = cards.capped(), rows("capped", Edition.REVIEWER)
    kinds = [row["kind"] for row in found]
    checks = [check for group in card.groups for check in group.checks]
    assert (kinds.count("criterion"), kinds.count("check"), kinds.count("gate")) == (len(card.criteria), len(checks), 4)
    assert float(found[0]["points"]) == card.score
    points = [float(row["points"]) for row in found if row["kind"] == "criterion" and row["points"]]
    assert sum(points) == pytest.approx(sum(c.points or 0 for c in card.criteria))
    assert [row["level"] for row in rows("overridden", Edition.REVIEWER) if row["kind"] == "override"] == [
        "3",
        "4",
        "3",
        "2",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(start):
    """A text that a spreadsheet would run is shown as text."""
    text = f'{start}HYPERLINK("http://evil.example")'
    card = cards.capped()
    group = card.groups[0].model_copy(update={"title": text, "candidate_text": text, "checks": tuple(
        check.model_copy(update={"message": text, "title": text}) for check in card.groups[0].checks)})  # fmt: skip
    criteria = tuple(row.model_copy(update={"title": text, "level_text": text}) for row in card.criteria)
    bad = card.model_copy(update={"groups": (group,), "criteria": criteria, "challenge_title": text})
    for edition in Edition:
        for row in csv.reader(io.StringIO(render(bad, edition, Format.CSV))):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "-H"))]


@pytest.mark.parametrize("edition", [Edition.REVIEWER, Edition.CANDIDATE])
def test_sarif_has_every_finding_at_its_line(edition):
    """Version 2.1.0: each finding with its rule, level and place; rules once; scored ones are warnings."""
    card = cards.many_findings()
    run = json.loads(render(card, edition, Format.SARIF))
    assert run["version"] == "2.1.0"
    (only,) = run["runs"]
    rules = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert len(only["results"]) == len(card.code.findings)
    for result, finding in zip(only["results"], card.code.findings, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert rules[result["ruleIndex"]] == result["ruleId"] == finding.rule
        assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (finding.path, finding.line)
        assert result["level"] == ("warning" if finding.category in card.code.scored_categories else "note")
    assert only["versionControlProvenance"][0]["revisionId"] == card.submission.commit


def test_junit_counts_as_the_scorecard_does():
    """Suites are groups, cases are checks; failures, errors and skips are what their states say."""
    card = cards.capped()
    top = ET.fromstring(render(card, Edition.REVIEWER, Format.JUNIT))  # noqa: S314 - our own
    assert [suite.get("name") for suite in top] == [group.title for group in card.groups]
    for suite, group in zip(top, card.groups, strict=True):
        assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(group.checks)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
        passed = [case for case in suite.findall("testcase") if len(case) == 0]
        assert len(passed) == group.passed


def test_junit_of_the_candidate_has_numbers_for_names():
    """Cases are numbered, those that passed first, so that no failing check can be told from another."""
    top = ET.fromstring(render(cards.capped(), Edition.CANDIDATE, Format.JUNIT))  # noqa: S314 - our own
    for suite in top:
        cases = suite.findall("testcase")
        assert [case.get("name") for case in cases] == [f"check {n + 1} of {len(cases)}" for n in range(len(cases))]
        outcomes = [len(case) for case in cases]
        assert outcomes == sorted(outcomes)
        assert {case.find("failure").get("message") for case in cases if len(case)} <= {
            group.candidate_text for group in cards.capped().groups
        }


@pytest.mark.parametrize("form", [Format.CSV, Format.SARIF, Format.JUNIT, Format.JSON])
@pytest.mark.parametrize("edition", [Edition.REVIEWER, Edition.CANDIDATE])
def test_exports_of_hostile_text_are_printable_and_masked(edition, form):
    """No control character and no recognisable secret, in any format that we write for others."""
    if (edition, form) == (Edition.REVIEWER, Format.JSON):
        return  # the record itself, whose strings escape what is unseen; secrets are masked where it is made
    text = render(SAMPLES["hostile"](), edition, form)
    assert {c for c in text if not c.isprintable()} <= {"\n"}
    assert "hunter2" not in text
    assert "abcd1234abcd" not in text
    assert form is Format.SARIF or MASK in text


def test_a_hardcoded_secret_is_not_quoted():
    """The linter's message quotes the literal; no format repeats it."""
    message = 'Possible hardcoded password assigned to: "passphrase": "tr0ub4dor"'
    code = builders.code((builders.finding(0, "S105", "security", message=message),))
    card = cards.excellent().model_copy(update={"code": code})
    for edition, form in (
        (Edition.CANDIDATE, Format.HTML),
        (Edition.CANDIDATE, Format.JSON),
        (Edition.REVIEWER, Format.SARIF),
    ):
        assert "tr0ub4dor" not in render(card, edition, form)
