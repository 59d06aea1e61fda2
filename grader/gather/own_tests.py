"""The candidate's own tests: on the tree as it is, on trees that differ in text only, and on trees with seeded bugs.

A seeded bug counts as caught when a test fails by an assertion; a program that merely stopped is left out of the
sample, since a test that asserts nothing notices that too. A suite that is red on a tree that does the same watches
the text.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.errors import InfrastructureError
from grader.evidence_work import Edit, Mutant, OwnTests, SuiteRun
from grader.gather.suite import Answer, Suite

_SLOWER = 4


def gather_own_tests(suite: Suite, seed: int, *, extra: Sequence[str] = (), notes: Sequence[str] = ()) -> OwnTests:
    """Run the suite as often as its time budget allows.

    Raises:
        InfrastructureError: the engine or our runner failed, or ``own_tests.no_time``; never a verdict.
    """
    survey = suite.survey
    facts = OwnTests(
        test_files=survey.test_files,
        test_files_total=survey.test_files_total,
        source_files=survey.source_files,
        sites_total=survey.bugs_total,
        sites=len(survey.bugs),
        lines=sum(len(lines) for lines in survey.lines.values()),
        extra_requirements=tuple(extra),
        notes=tuple(notes),
    )
    if not survey.test_files:
        return facts
    began = time.monotonic()
    first = suite.run(suite.limits.own_tests_first_s, measured=True)
    reached = [bug for place, bug in enumerate(survey.bugs) if first.reached >> place & 1]
    facts = facts.model_copy(
        update={"base": first.run, "covered": min(first.covered, facts.lines), "sites_reached": len(reached)}
    )
    if first.run.outcome == "green":
        trial = _Trial(suite=suite, began=began, first_s=first.run.seconds, plan=_plan(suite, reached, seed))
        trial.go()
        facts = facts.model_copy(update=trial.facts())
    return facts.model_copy(update={"seconds": round(time.monotonic() - began, 2)})


def _plan(suite: Suite, reached: Sequence[Edit], seed: int) -> list[Edit]:
    """A neutral change first, then bugs with another neutral one somewhere among them; the survey drew their order."""
    rng = random.Random(seed)  # noqa: S311 - a sample that can be drawn again
    bugs: list[Edit] = []
    for bug in reached:
        if len(bugs) < suite.limits.own_tests_bugs and all((bug.path, bug.line) != (b.path, b.line) for b in bugs):
            bugs.append(bug)
    neutral = list(_neutral(suite, bugs))[: suite.limits.own_tests_controls]
    plan = neutral[:1] + bugs
    for edit in neutral[1:]:
        plan.insert(rng.randrange(1, len(plan) + 1), edit)
    return plan


def _neutral(suite: Suite, bugs: Sequence[Edit]) -> Iterator[Edit]:
    """Neutral changes, those in the files with bugs first; a comment at a file's end where there is no other."""
    paths = {bug.path for bug in bugs}
    yield from sorted(suite.survey.neutral, key=lambda edit: edit.path not in paths)
    for path in sorted(suite.survey.lines):
        size = (suite.tree / path).stat().st_size
        text = "\n# Neither more nor less than before.\n"
        yield Edit(path=path, line=1, operator="neutral", start=size, end=size, replacement=text, before="", after=text)


@dataclass(slots=True, kw_only=True)
class _Trial:
    """The runs after the first."""

    suite: Suite
    began: float
    first_s: float
    plan: list[Edit]
    controls: list[SuiteRun] = field(default_factory=list)
    mutants: list[Mutant] = field(default_factory=list)
    cut_short: bool = False

    def go(self) -> None:
        for edit in self.plan:
            if self._is_over():
                self.cut_short = True
                break
            answer = self.suite.run(self._seconds(), edit)
            if edit.operator != "neutral":
                self.mutants.append(_mutant(edit, answer))
            elif not self._control(answer, edit):
                return
        tried = min(self.suite.limits.own_tests_least_bugs, sum(edit.operator != "neutral" for edit in self.plan))
        if len(self.mutants) < tried:
            raise InfrastructureError(
                "own_tests.no_time",
                f"There was time for {len(self.mutants)} seeded bugs only; {tried} are the least that say anything.",
                next_step="Grade again on a less busy machine; own tests are not assessed until then.",
            )

    def _is_over(self) -> bool:
        """Whether the time is used up: the soft end once enough bugs were tried, the hard one whatever was."""
        limits = self.suite.limits
        used = time.monotonic() - self.began
        return used > limits.own_tests_most_s or (
            used > limits.own_tests_s and len(self.mutants) >= limits.own_tests_least_bugs
        )

    def _seconds(self) -> float:
        """By what the first run took here, so that a busy machine is not taken for a hanging suite."""
        limits = self.suite.limits
        return min(limits.own_tests_first_s, max(limits.own_tests_run_s, _SLOWER * self.first_s))

    def _control(self, answer: Answer, edit: Edit) -> bool:
        """Keep a control; one that is not green is run once more (a test may be unsteady). False ends the trial."""
        self.controls.append(answer.run)
        if answer.run.outcome == "green":
            return True
        again = self.suite.run(self._seconds(), edit)
        self.controls.append(again.run)
        return again.run.outcome == "green"

    def facts(self) -> dict[str, object]:
        return {
            "controls": tuple(self.controls),
            "mutants": tuple(self.mutants),
            "planned": sum(edit.operator != "neutral" for edit in self.plan),
            "cut_short": self.cut_short,
        }


def _mutant(edit: Edit, answer: Answer) -> Mutant:
    run = answer.run
    caught = run.outcome == "red" and bool(run.asserted)
    return Mutant(
        path=edit.path,
        line=edit.line,
        operator=edit.operator,
        before=edit.before,
        after=edit.after,
        outcome="caught" if caught else "survived" if run.outcome == "green" else "stopped",
        by=run.asserted if caught else run.first or run.ended,
        seconds=run.seconds,
    )
