"""What the candidate is told of the submission's own code, tests and documents: facts about its own files."""

from __future__ import annotations

from itertools import groupby

from grader.evidence_code import CodeFinding
from grader.report.advice import advice
from grader.report.behaviour import measure
from grader.report.candidate_views import Claim, Code, Rule, Section, Tests
from grader.report.code import HARDCODED_SECRETS, PER_RULE
from grader.report.facts import STANDS
from grader.report.text import count, line, masked, measured, percent
from grader.scorecard import CodeScore, Scorecard

RULES = 20
FUNCTIONS = 5
COMPLEX = 10
PLACES = 10
BUGS = 6
CLAIMS = 20
TEXT = 500


def code(card: Scorecard) -> Code:
    """Findings by rule with their places, complex functions, what looks like a secret, what was left out."""
    found = card.code
    if found is None:
        return Code(
            summary="The code was not analysed.",
            rules=(),
            rules_more="",
            complexity="",
            functions=(),
            secrets=(),
            left_out=(),
        )
    rules = _by_rule(found)
    left = len(rules) - RULES
    complex_ones = [one for one in found.functions if one.complexity > COMPLEX]
    return Code(
        summary=_summary(found),
        rules=tuple(_rule(rule, found) for rule in rules[:RULES]),
        rules_more=f"{count(left, 'more rule')} found something too." if left > 0 else "",
        complexity=f"{percent(found.complex_share)} of the lines in functions stand in complex ones (above {COMPLEX}).",
        functions=tuple(
            line(f"{one.name}, {one.path}:{one.line}, complexity {one.complexity}") for one in complex_ones[:FUNCTIONS]
        ),
        secrets=tuple(line(f"{one.path}:{one.line}, {one.kind}", 200) for one in found.secrets[:PLACES]),
        left_out=tuple(line(f"{one.path}: {one.reason}", 300) for one in found.left_out[:PLACES]),
    )


def _summary(found: CodeScore) -> str:
    scored = sum(found.by_category.get(name, 0) for name in found.scored_categories)
    read = f"{count(found.files, 'file')} with {count(found.lines, 'source line')} were read."
    if not found.findings_total:
        return f"{read} The linter found nothing."
    return f"{read} {count(found.findings_total, 'finding')}; {scored:,} in categories that are scored."


def _by_rule(found: CodeScore) -> list[list[CodeFinding]]:
    ordered = sorted(found.findings, key=lambda one: (one.category, one.rule))
    rules = [list(group) for _, group in groupby(ordered, key=lambda one: (one.category, one.rule))]
    return sorted(rules, key=lambda rule: (rule[0].category not in found.scored_categories, -len(rule)))


def _rule(rule: list[CodeFinding], found: CodeScore) -> Rule:
    first = rule[0]
    why, fix = advice(first.rule)
    left = len(rule) - PER_RULE
    return Rule(
        rule=line(first.rule, 60),
        category=line(first.category, 40).replace("_", " "),
        count=count(len(rule), "finding"),
        scored=first.category in found.scored_categories,
        why=why,
        fix=fix,
        places=tuple(_place(one) for one in rule[:PER_RULE]),
        more=f"and {left:,} more" if left > 0 else "",
    )


def _place(one: CodeFinding) -> str:
    said = masked(one.message)
    if one.rule in HARDCODED_SECRETS:  # the linter quotes the literal
        said = said.split(":", 1)[0]
    return line(f"{one.path}:{one.line} {said}", 240)


def own_tests(card: Scorecard) -> Tests:
    """What the suite came to, and the seeded bugs that no test noticed."""
    own = card.work.own_tests if card.work else None
    if own is None:
        said = "There are no facts about own tests."
        return Tests(sentence=said, unnoticed=())
    return Tests(
        sentence=line(own.sentence, TEXT),
        unnoticed=tuple(
            line(f"{bug.path}:{bug.line}, {line(bug.before, 80)} → {line(bug.after, 80)}")
            for bug in own.survivors[:BUGS]
        ),
    )


def claims(card: Scorecard) -> tuple[Claim, ...]:
    """Numbers that the submission states, beside what we measured."""
    found = card.work.claims[:CLAIMS] if card.work else ()
    return tuple(
        Claim(
            name=line(claim.name, 100),
            where=line(claim.where, 160),
            claimed=measured(claim.stated, claim.measured.unit if claim.measured else ""),
            measured=measure(claim.measured) if claim.measured else "not measured by us",
            stands=STANDS[claim.stands],
        )
        for claim in found
    )


def documents(card: Scorecard) -> str:
    """How many decisions were found, beside how many the brief asks for."""
    work = card.work
    if work is None or work.documents_missing:
        return "There are no facts about the documents."
    fewest, most = work.decisions_asked
    asked = f" The brief asks for {fewest} to {most}." if most else ""
    return f"{count(len(work.decisions), 'decision')} found by headings and lists.{asked} People judge what they say."


def sections(card: Scorecard) -> tuple[Section, ...]:
    """Sections that the brief asks for."""
    found = card.work.sections if card.work else ()
    return tuple(
        Section(
            title=line(section.title),
            found=f"“{line(section.heading, 100)}”, {count(section.words, 'word')}" if section.where else "not found",
            where=line(section.where, 160),
        )
        for section in found
    )
