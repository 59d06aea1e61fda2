"""Outcomes as icon and word, and evidence ids as anchors."""

from __future__ import annotations

import re

from grader.errors import Blame
from grader.report.atoms import Link, Mark
from grader.report.text import line
from grader.scorecard import Scorecard, State, Status

FIXED = ("lint", "complexity", "service-log", "own-tests", "errors", "decisions", "documents", "claims")
FACTS = ("similarity", "secrets", "licence")
"""Evidence ids that every page holds; ``failure`` is there when there is one."""
FAILURE = "failure"

PASSED = Mark(css="passed", icon="✓", word="Passed")
PARTLY = Mark(css="partly", icon="◐", word="Partly")
FAILED = Mark(css="failed", icon="✕", word="Failed")
NOT_ASSESSED = Mark(css="none", icon="–", word="Not assessed")
GRADER_ERROR = Mark(css="ours", icon="!", word="Grader error")
AWAITS_PEOPLE = Mark(css="none", icon="–", word="Awaits people")

OF_STATE = {
    State.PASSED: PASSED,
    State.PARTLY: PARTLY,
    State.FAILED: FAILED,
    State.NOT_ASSESSED: NOT_ASSESSED,
    State.GRADER_ERROR: GRADER_ERROR,
}

OURS = {
    Blame.CANDIDATE: "",
    Blame.CHALLENGE: "The challenge is at fault; this was not scored.",
    Blame.INFRASTRUCTURE: "Our runner stopped; this was not scored.",
}


def finding_anchor(index: int) -> str:
    """Of the finding at ``index`` (from 0) of the record."""
    return f"finding-{index + 1}"


def function_anchor(index: int) -> str:
    """Of the function at ``index`` (from 0) of the record."""
    return f"function-{index + 1}"


def has_failure(card: Scorecard) -> bool:
    """Whether the page says why there is no final score."""
    return card.failure is not None or card.status is not Status.GRADED


class Anchors:
    """Evidence ids of a scorecard, each with one safe and unique id on the page.

    Args:
        card: names the checks, criteria and gates; none for a page that holds no evidence, where all links are text.
        findings: indices of the findings that the page shows.
        functions: how many functions it shows.
    """

    def __init__(self, card: Scorecard | None, findings: frozenset[int] = frozenset(), functions: int = 0) -> None:
        self._ids: dict[str, str] = {}
        self._taken: set[str] = set()
        if card is None:
            return
        failure = [FAILURE] if has_failure(card) else []
        names = [*FIXED, *failure, *(finding_anchor(index) for index in sorted(findings))]
        names += [*FACTS, *(function_anchor(index) for index in range(functions))] if card.code else []
        names += [f"criterion-{criterion.id}" for criterion in card.criteria]
        names += [f"gate-{gate.id}" for gate in card.gates]
        names += [check.evidence for group in card.groups for check in group.checks]
        for name in names:
            self._add(name)

    def _add(self, name: str) -> None:
        safe = base = re.sub(r"[^A-Za-z0-9_.-]", "-", name)[:100]
        number = 2
        while safe in self._taken:
            safe, number = f"{base}_{number}", number + 1
        self._taken.add(safe)
        self._ids.setdefault(name, safe)

    def id(self, name: str) -> str:
        """The page's id for ``name``, which it holds."""
        return self._ids[name] if self._ids else ""

    def link(self, name: str, text: str | None = None) -> Link:
        """A link where the page holds ``name``, plain text where it does not."""
        return Link(anchor=self._ids.get(name), text=line(name.removeprefix("check-") if text is None else text, 120))
