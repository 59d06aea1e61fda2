"""Error handling from both sides: what the hidden checks saw, what the linter reads in the code. No points."""

from __future__ import annotations

from collections.abc import Sequence

from grader.challenge_work import Situation
from grader.evidence import Evidence
from grader.scorecard import CheckScore, State
from grader.scorecard_work import SideOfChecks, SituationFacts

_FINDINGS = 6


def situations(evidence: Evidence, checks: Sequence[CheckScore]) -> tuple[SituationFacts, ...]:
    """Each situation that the challenge declares, both sides beside each other."""
    return tuple(_situation(item, evidence, checks) for item in evidence.challenge.error_handling.situations)


def _situation(item: Situation, evidence: Evidence, checks: Sequence[CheckScore]) -> SituationFacts:
    own = [check for check in checks if check.id in item.checks or check.group in item.checks]
    assessed = [check for check in own if check.share is not None]
    own.sort(key=lambda check: (check.state is State.PASSED, check.id))
    static = evidence.static.evidence if evidence.static else None
    numbered = [
        (f"finding-{number + 1}", finding)
        for number, finding in enumerate(static.findings if static else ())
        if finding.rule.startswith(item.rules)
    ]
    return SituationFacts(
        id=item.id,
        title=item.title,
        checks=tuple(
            SideOfChecks(id=c.id, title=c.title, state=c.state.value, message=c.message, evidence=c.evidence)
            for c in own
        ),
        passed=sum(check.state is State.PASSED for check in assessed),
        total=len(assessed),
        findings=tuple(finding.model_copy(update={"excerpt": ()}) for _, finding in numbered[:_FINDINGS]),
        findings_total=len(numbered),
        findings_known=static is not None,
        finding_ids=tuple(name for name, _ in numbered[:_FINDINGS]),
    )
