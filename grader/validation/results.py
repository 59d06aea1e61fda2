"""What a validation leaves behind: ``validation.json`` and, from it, a page, JUnit XML and SARIF."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from grader.record import write_whole
from grader.validation.page import render_validation
from grader.validation.shapes import Finding, Proof, Validation

JSON, PAGE, JUNIT, SARIF = "validation.json", "validation.html", "junit.xml", "validation.sarif"


def write(found: Validation, out: Path) -> None:
    """Write all four files, the record last.

    Raises:
        InfrastructureError: ``disk.full`` or ``disk.write``.
    """
    write_whole(out / PAGE, render_validation(found).encode())
    write_whole(out / JUNIT, junit(found).encode())
    write_whole(out / SARIF, sarif(found).encode())
    found.save(out / JSON)


def junit(found: Validation) -> str:
    """One suite a proof, one case a row; a proof without rows is a case itself."""
    root = ET.Element("testsuites", name=f"validate {found.challenge}", time=f"{found.seconds:g}")
    for proof in found.proofs:
        cases = [(row.subject, row.held) for row in proof.rows] or [(proof.id, proof.state != "broken")]
        loose = [f for f in proof.findings if f.subject not in {name for name, _ in cases}]
        cases += [(finding.subject, False) for finding in loose if finding.level == "error"]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=proof.id,
            tests=str(len(cases)),
            failures=str(sum(not held for _, held in cases)),
            skipped=str(len(cases) if proof.state == "skipped" else 0),
        )
        for name, held in cases:
            case = ET.SubElement(suite, "testcase", classname=f"{found.challenge}.{proof.id}", name=name)
            if proof.state == "skipped":
                ET.SubElement(case, "skipped", message=proof.sentence)
            elif not held:
                said = "; ".join(f.message for f in proof.findings if f.subject == name) or proof.sentence
                ET.SubElement(case, "failure", message=said)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def sarif(found: Validation) -> str:
    """Findings as SARIF 2.1.0, at their files in the challenge's folder."""
    run = {
        "tool": {"driver": {"name": "grader validate", "rules": [_rule(proof) for proof in found.proofs]}},
        "results": [_result(found.challenge, proof, finding) for proof in found.proofs for finding in proof.findings],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(proof: Proof) -> dict[str, object]:
    return {"id": proof.id, "shortDescription": {"text": proof.title}}


def _result(challenge: str, proof: Proof, finding: Finding) -> dict[str, object]:
    path = f"challenges/{challenge}/{finding.path or 'challenge.toml'}"
    return {
        "ruleId": proof.id,
        "level": finding.level,
        "message": {"text": f"{finding.subject}: {finding.message}. {finding.next_step}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}}}],
    }
