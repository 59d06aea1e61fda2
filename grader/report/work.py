"""Views of own tests, error handling from both sides, the decision log and the questions."""

from __future__ import annotations

from grader.evidence_work import Decision, Mutant
from grader.report import marks
from grader.report.atoms import Fact
from grader.report.history import extras, history
from grader.report.marks import Anchors
from grader.report.text import count, line, percent
from grader.report.views_work import (
    BugView,
    DecisionLogView,
    DecisionView,
    OwnTestsView,
    SectionView,
    SeenView,
    SituationView,
    WorkView,
)
from grader.scorecard import Scorecard, State
from grader.scorecard_work import OwnTestsScore, SituationFacts, WorkScore

TEXT, QUOTE = 500, 240
SIDE = 5
DECISIONS = 8
BUGS = 6
NOT_GATHERED = "This grading was made before these facts were gathered."
WORDS = {
    "caught": "noticed by a test",
    "survived": "not noticed",
    "stopped": "stopped the program; tells nothing",
}
OPERATORS = {
    "negate": "condition turned round",
    "boundary": "boundary moved",
    "and_or": "“and” for “or”",
    "arithmetic": "other sign",
    "constant": "other constant",
    "drop_raise": "error not raised",
    "drop_call": "call left out",
    "drop_change": "change left out",
}


def work(card: Scorecard, anchors: Anchors) -> WorkView:
    """All of it; a scorecard of before says that there is nothing."""
    found = card.work
    return WorkView(
        own_tests=_own_tests(found),
        situations=tuple(_situation(facts, anchors) for facts in found.situations) if found else (),
        log=_log(found),
        decided=_decided(card),
        extras=extras(found),
        history=history(card),
    )


def _own_tests(found: WorkScore | None) -> OwnTestsView:
    own = found.own_tests if found else None
    if own is None:
        said = found.own_tests_missing if found else NOT_GATHERED
        return OwnTestsView(sentence=line(said, TEXT), facts=(), bugs=(), notes=(), output="")
    facts, base = own.facts, own.facts.base
    order = {"survived": 0, "caught": 1, "stopped": 2}
    shown = sorted(facts.mutants, key=lambda mutant: order[mutant.outcome])[:BUGS]
    red = base is not None and base.outcome != "green"
    return OwnTestsView(
        sentence=line(own.sentence, 700),
        facts=tuple(_test_facts(own)),
        bugs=tuple(_bug(mutant) for mutant in shown),
        notes=tuple(line(note, TEXT) for note in facts.notes),
        output=line(base.output, TEXT) if base is not None and red else "",
    )


def _test_facts(own: OwnTestsScore) -> list[Fact]:
    facts = own.facts
    tests = sum(file.tests for file in facts.test_files)
    without = sum(file.without_assertion for file in facts.test_files)
    said = [
        Fact(label="Test functions", value=f"{tests:,} in {count(facts.test_files_total, 'file')}"),
        Fact(label="Without an assertion", value=f"{without:,}, by their text"),
    ]
    if facts.base is None:
        return said
    run = facts.base
    said.append(
        Fact(
            label="As submitted", value=f"{run.passed} passed, {run.failed + run.errors} failed, {run.skipped} skipped"
        )
    )
    if facts.lines:
        said.append(
            Fact(label="Statements reached", value=f"{percent(facts.covered / facts.lines)} of {facts.lines:,}")
        )
    if own.caught is not None and own.caught.low is not None and own.caught.high is not None:
        low, high = percent(own.caught.low), percent(own.caught.high)
        said.append(
            Fact(label="Seeded bugs noticed", value=f"{percent(own.caught.value)} of all, between {low} and {high}")
        )
        said.append(Fact(label="Of these tried", value=f"{own.n} that tell something, {own.stopped} that do not"))
    said.append(Fact(label="Runner", value=line(run.runner, 60) or "none", code=True))
    return said


def _bug(mutant: Mutant) -> BugView:
    return BugView(
        where=line(f"{mutant.path}:{mutant.line}", 160),
        change=f"{line(mutant.before, 80)} → {line(mutant.after, 80)}",
        outcome=f"{OPERATORS.get(mutant.operator, line(mutant.operator, 40))}: {WORDS[mutant.outcome]}",
        by=line(mutant.by, 160) if mutant.outcome == "caught" else "",
    )


def _situation(facts: SituationFacts, anchors: Anchors) -> SituationView:
    checks = facts.checks[:SIDE]
    left = len(facts.checks) - len(checks)
    if not facts.findings_known:
        said = "The code could not be read."
    elif facts.findings_total:
        said = f"{count(facts.findings_total, 'place')} that the linter marks."
    else:
        said = "The linter marks nothing of this kind."
    return SituationView(
        title=line(facts.title),
        summary=f"{facts.passed} of {facts.total} checks passed in full." if facts.total else "No check was assessed.",
        checks=tuple(
            SeenView(
                mark=marks.OF_STATE[State(check.state)],
                link=anchors.link(check.evidence, line(check.title)),
                text="" if check.state == State.PASSED.value else line(check.message, QUOTE),
            )
            for check in checks
        ),
        checks_more=f"and {left} more" if left else "",
        findings_summary=said,
        findings=tuple(
            SeenView(
                mark=None,
                link=anchors.link(name, line(f"{finding.path}:{finding.line}", 160)),
                text=line(f"{finding.rule}: {finding.message}", QUOTE),
            )
            for name, finding in zip(facts.finding_ids, facts.findings, strict=True)
        ),
    )


def _log(found: WorkScore | None) -> DecisionLogView:
    if found is None or found.documents_missing:
        said = found.documents_missing if found else NOT_GATHERED
        return DecisionLogView(summary=line(said, TEXT), read="", sections=(), decisions=(), more="")
    fewest, most = found.decisions_asked
    asked = f"; the brief asks for {fewest} to {most}" if most else ""
    left = len(found.decisions) - DECISIONS
    return DecisionLogView(
        summary=f"{count(len(found.decisions), 'decision')} found{asked}."
        " Found by headings and lists; people judge what they say.",
        read="Read: "
        + (", ".join(line(name, 120) for name in found.documents_read) or "no document of the candidate's")
        + ".",
        sections=tuple(
            SectionView(
                title=line(section.title),
                found=f"“{line(section.heading, 100)}”, {count(section.words, 'word')}"
                if section.where
                else "not found",
                where=line(section.where, 160),
            )
            for section in found.sections
        ),
        decisions=tuple(_decision(decision) for decision in found.decisions[:DECISIONS]),
        more=f"and {left} more in the JSON" if left > 0 else "",
    )


def _decided(card: Scorecard) -> str:
    """What people made of the criterion that reads the decision log, if the challenge has one."""
    row = next((row for row in card.criteria if "decisions" in row.evidence), None)
    if row is None:
        return ""
    if not row.overrides:
        return f"{line(row.title)}: no person has decided this yet."
    last = row.overrides[-1]
    return f"{line(row.title)}: level {last.level}, set by {line(last.by, 100)}: “{line(last.why, TEXT)}”"


def _decision(decision: Decision) -> DecisionView:
    parts = (
        ("alternative", decision.alternative),
        ("reason", decision.reason),
        ("trade-off", decision.trade_off),
        ("measurement", decision.measurement),
    )
    there = [name for name, text in parts if text]
    missing = [name for name, text in parts if not text]
    said = [f"Sentences found for: {', '.join(there)}."] if there else []
    said += [f"None found for: {', '.join(missing)}."] if missing else []
    return DecisionView(
        title=line(decision.title, QUOTE),
        where=line(f"{decision.path}:{decision.line}", 160),
        text=line(decision.text, TEXT),
        parts=" ".join(said),
        found=tuple(
            line(f"{mention.name}: {mention.kind}, {mention.where}", 200)
            for mention in decision.mentions
            if mention.kind != "absent"
        ),
        absent=tuple(line(mention.name, 100) for mention in decision.mentions if mention.kind == "absent"),
    )
