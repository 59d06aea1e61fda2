"""Puts the work around the code together for the scorecard. Pure; the only share in it is that of own tests."""

from __future__ import annotations

from collections.abc import Sequence

from grader.challenge import Source
from grader.checks.documents import claims, left_out, scope, sections
from grader.checks.errors import situations
from grader.checks.flags import questions
from grader.checks.own_tests import own_tests_score, why_no_suite
from grader.evidence import Evidence
from grader.evidence_work import WorkEvidence
from grader.scorecard import CheckScore
from grader.scorecard_work import WorkScore


def work_score(evidence: Evidence, checks: Sequence[CheckScore]) -> WorkScore | None:
    """What is known around the code; none for evidence of before it was gathered."""
    work = evidence.work
    if work is None:
        return None
    challenge, documents = evidence.challenge, work.documents
    own = own_tests_score(work.own_tests) if work.own_tests else None
    found_claims = claims(evidence, checks)
    found_sections = sections(challenge.documents.sections, documents) if documents else ()
    found_situations = situations(evidence, checks)
    return WorkScore(
        own_tests=own,
        own_tests_missing=_missing(evidence, work, "own_tests"),
        situations=found_situations,
        sections=found_sections,
        documents_read=tuple(f"{file.path} ({file.words} words)" for file in documents.files) if documents else (),
        documents_missing=_missing(evidence, work, "documents"),
        decisions=documents.decisions if documents else (),
        decisions_asked=challenge.documents.decisions,
        claims=found_claims,
        scope=scope(challenge, documents),
        left_out=left_out(evidence),
        history=work.history,
        history_missing=_missing(evidence, work, "history"),
        late=challenge.late,
        questions=questions(
            evidence, claims=found_claims, sections=found_sections, situations=found_situations, own_tests=own
        ),
    )


def _missing(evidence: Evidence, work: WorkEvidence, part: str) -> str:
    """Why a part is not there, or nothing."""
    if getattr(work, part) is not None:
        return ""
    own = next((failure for failure in evidence.work_failures if failure.stage == part), None)
    if own is not None:
        return own.message
    asked = any(criterion.source is Source.OWN_TESTS for criterion in evidence.challenge.criteria)
    if part == "own_tests" and asked and (no_suite := why_no_suite(evidence.runtime)):
        return no_suite
    if part == "own_tests" and not asked:
        return "The challenge does not ask for own tests."
    return evidence.failure.message if evidence.failure else "It was not gathered."
