"""The record for machines: CSV, SARIF 2.1.0 and JUnit XML, from the scorecard or from the candidate's own view.

Text of strangers goes through :func:`grader.report.text.line` here too: masked, printable, cut.
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from grader.report.candidate_views import CandidateView
from grader.report.code import HARDCODED_SECRETS
from grader.report.sheet import SheetView
from grader.report.text import line, masked
from grader.scorecard import CheckScore, CodeScore, Scorecard, State

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run."""
TEXT = 1_000

Cell = str | float | int | None


def _cell(value: Cell) -> str | float | int:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = line(value, TEXT)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def reviewer_csv(card: Scorecard) -> str:
    """A row for the total, each gate, criterion, override and check."""
    head = ("kind", "id", "title", "state", "weight", "assessed", "points", "level", "text")
    rows: list[tuple[Cell, ...]] = [
        ("total", card.grading, line(card.challenge_title), card.status.value, 100.0, card.assessed_weight,
         card.score, None, card.limited_by),
    ]  # fmt: skip
    rows += [
        ("gate", g.id, line(g.title), g.state, None, None, g.cap, None, line(g.sentence, TEXT)) for g in card.gates
    ]
    for row in card.criteria:
        rows.append(("criterion", row.id, line(row.title), row.state.value, row.weight, row.assessed_weight,
                     row.points, row.level, line(row.why, TEXT)))  # fmt: skip
        rows += [
            ("override", row.id, line(step.by), line(step.at), None, None,
             step.points, step.level, line(step.why, TEXT))
            for step in row.overrides
        ]  # fmt: skip
    rows += [
        ("check", check.id, line(check.title), check.state.value, check.weight, None,
         None if check.share is None else round(check.share * check.weight, 4), None, line(check.message, TEXT))
        for group in card.groups for check in group.checks
    ]  # fmt: skip
    return _table(head, rows)


def candidate_csv(view: CandidateView) -> str:
    """A row for the total, each criterion and each group."""
    head = ("kind", "title", "weight", "points", "level", "passed", "of", "text")
    rows: list[tuple[Cell, ...]] = [("total", view.challenge, 100.0, view.score, None, None, None, view.limit)]
    rows += [
        ("criterion", row.title, row.weight, row.points, row.level, None, None, row.level_text or row.why)
        for row in view.criteria
    ]
    rows += [
        ("group", group.title, None, None, None, group.passed, group.total, " ".join(group.about))
        for group in view.groups
    ]
    return _table(head, rows)


def sheet_csv(view: SheetView) -> str:
    """The sheet to be filled in: a row per criterion, level and note left empty."""
    head = ("submission", "criterion", "title", "level", "note", *(f"level {n}" for n in range(5)))
    return _table(
        head, [(view.submission, m.id, m.title, None, None, *(one.text for one in m.levels)) for m in view.marks]
    )


def sarif(card: Scorecard) -> str:
    """The code findings; the same for reviewer and candidate, since they are the candidate's own lines."""
    code = card.code
    findings = code.findings if code else ()
    rules = sorted({finding.rule for finding in findings})
    places = {rule: index for index, rule in enumerate(rules)}
    urls = {finding.rule: finding.url for finding in findings if finding.url.startswith("https://")}
    results = [
        {
            "ruleId": line(finding.rule, 60),
            "ruleIndex": places[finding.rule],
            "level": "warning" if code and finding.category in code.scored_categories else "note",
            "message": {"text": _said(finding.rule, finding.message)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(finding.path, safe="/"), "uriBaseId": "SRCROOT"},
                        "region": {"startLine": max(1, finding.line)},
                    }
                }
            ],
            "properties": {"category": line(finding.category, 40)},
        }
        for finding in findings
    ]
    driver: dict[str, object] = {
        "name": "grader",
        "version": card.provenance.identity.grader_version,
        "rules": [
            {"id": line(rule, 60)} | ({"helpUri": quote(urls[rule], safe=":/#?&=%")} if rule in urls else {})
            for rule in rules
        ],
    }
    run = {
        "tool": {"driver": driver, "extensions": _tools(code)},
        "versionControlProvenance": [
            {"repositoryUri": quote(line(card.submission.url), safe=":/@"), "revisionId": line(card.submission.commit)}
        ],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _said(rule: str, message: str) -> str:
    said = masked(message)
    return line(said.split(":", 1)[0] if rule in HARDCODED_SECRETS else said, 400)


def _tools(code: CodeScore | None) -> list[dict[str, str]]:
    found = sorted((code.tools if code else {}).items())
    return [{"name": line(name, 60), "version": line(version, 60)} for name, version in found]


def reviewer_junit(card: Scorecard) -> str:
    """A suite per group, a case per check."""
    top = ET.Element("testsuites", name=line(card.challenge))
    for group in card.groups:
        suite = _suite(top, line(group.title), group.checks)
        for check in group.checks:
            case = ET.SubElement(
                suite, "testcase", classname=line(group.id), name=line(check.id), time=f"{check.seconds:.3f}"
            )
            _outcome(case, check, line(check.message, TEXT))
    return _xml(top)


def _suite(top: ET.Element, name: str, checks: Sequence[CheckScore]) -> ET.Element:
    states = [check.state for check in checks]
    return ET.SubElement(
        top,
        "testsuite",
        name=name,
        tests=str(len(states)),
        failures=str(states.count(State.FAILED) + states.count(State.PARTLY)),
        errors=str(states.count(State.GRADER_ERROR)),
        skipped=str(states.count(State.NOT_ASSESSED)),
        time=f"{sum(check.seconds for check in checks):.3f}",
    )


def _outcome(case: ET.Element, check: CheckScore, said: str) -> None:
    if check.state in (State.FAILED, State.PARTLY):
        kind = "partly" if check.state is State.PARTLY else "failed"
        ET.SubElement(case, "failure", type=kind, message=said or kind)
    elif check.state is State.GRADER_ERROR:
        ET.SubElement(case, "error", type=str(check.blame or "infrastructure"), message=said or "Not scored.")
    elif check.state is State.NOT_ASSESSED:
        ET.SubElement(case, "skipped", message=said or "Not assessed.")


def candidate_junit(view: CandidateView) -> str:
    """A suite per group; cases have numbers, those that passed first, so that none can be told from another."""
    top = ET.Element("testsuites", name=view.challenge)
    for group in view.groups:
        open_ones = group.total - group.passed
        suite = ET.SubElement(
            top, "testsuite", name=group.title, tests=str(group.total), failures=str(open_ones), errors="0", skipped="0"
        )
        for index in range(group.total):
            case = ET.SubElement(suite, "testcase", classname=group.title, name=f"check {index + 1} of {group.total}")
            if index >= group.passed:
                ET.SubElement(case, "failure", type="not passed in full", message=" ".join(group.about))
    return _xml(top)


def _xml(top: ET.Element) -> str:
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"
