"""Judges the candidate's own tests: the share of all seeded bugs that they catch.

The share is estimated in two strata: bugs on lines that no test reaches are not caught and need no run; of those on
reached lines a sample was tried. So ``caught = reached share x caught of tried``, and the interval is Wilson's (1927,
95 %) for the second factor. Bugs that only stopped the program tell nothing about assertions and are left out.
"""

from __future__ import annotations

import math

from grader.challenge import Criterion
from grader.checks.code import Judged
from grader.evidence import Measure
from grader.evidence_work import OwnTests
from grader.scorecard_work import OwnTestsScore
from grader.submission import RuntimeName

_SUITES = ("python",)
"""Runtimes whose test suites are run (docs/decisions/own-tests.md)."""
_Z = 1.959964
_SURVIVORS = 8


def why_no_suite(runtime: RuntimeName) -> str:
    """Why own tests of a submission for this runtime are not assessed; nothing when they are."""
    if runtime in _SUITES:
        return ""
    return "Not assessed: only Python suites are run, and this service is written for another runtime."


def own_tests_score(facts: OwnTests) -> OwnTestsScore:
    """What the runs say, in numbers and one sentence."""
    caught = sum(mutant.outcome == "caught" for mutant in facts.mutants)
    survivors = tuple(mutant for mutant in facts.mutants if mutant.outcome == "survived")
    tried = caught + len(survivors)
    share = facts.sites_reached / facts.sites if facts.sites else 0.0
    problem = _problem(facts)
    low, high = wilson(caught, tried)
    measure = None
    if not problem:
        value = share * caught / tried if tried else 0.0
        measure = Measure(
            value=round(value, 4), low=round(share * low, 4), high=round(share * high, 4), n=tried, unit=""
        )
    return OwnTestsScore(
        facts=facts,
        caught=measure,
        reached_share=round(share, 4),
        n=tried,
        stopped=len(facts.mutants) - tried,
        sentence=problem or _sentence(facts, caught, tried, share),
        survivors=survivors[:_SURVIVORS],
    )


def judge_own_tests(criterion: Criterion, facts: OwnTests) -> Judged:
    """The criterion's scale over the share of seeded bugs that are caught."""
    scored = own_tests_score(facts)
    if scored.caught is None or criterion.scale is None:
        return Judged(share=0.0, why=scored.sentence)
    return Judged(share=criterion.scale.share(scored.caught.value), why=scored.sentence)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's score interval for a proportion, 95 %; everything is possible when nothing was tried."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = hits / n, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _problem(facts: OwnTests) -> str:
    """Why the suite says nothing about a change, or nothing."""
    base = facts.base
    if base is None:
        return "There are no tests."
    if base.outcome == "no_answer":
        return f"The test run on the submitted code gave no answer ({base.ended})."
    if base.outcome == "nothing_ran":
        return "No test ran to its end on the submitted code."
    if base.outcome == "red":
        wrong = base.failed + base.errors
        return (
            f"{wrong} of {base.passed + wrong} tests or files fail on the submitted code itself, so a failure tells"
            f" nothing. First: {base.first}"
        )
    last = facts.controls[-1].outcome if facts.controls else "green"
    same = "on code that does the same and is only written differently"
    said = {"green": "", "no_answer": f"The tests give no answer {same}."}
    return said.get(last, f"The tests fail {same}: they watch the text, not what it does.")


def _sentence(facts: OwnTests, caught: int, tried: int, share: float) -> str:
    base = facts.base
    passed = base.passed if base else 0
    if not facts.sites:
        return f"{passed} tests pass; the code offers no place for a seeded bug."
    stopped = len(facts.mutants) - tried
    aside = f" {stopped} more only stopped the program, which tells nothing." if stopped else ""
    cut = f" The time budget ended after {len(facts.mutants)} of {facts.planned}." if facts.cut_short else ""
    return (
        f"{passed} tests pass and reach {round(100 * share)} % of the places for a bug. Of {tried} bugs seeded there,"
        f" a test noticed {caught}.{aside}{cut}"
    )
