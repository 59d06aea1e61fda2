"""Views of the code findings and of complexity."""

from __future__ import annotations

from itertools import groupby

from grader.evidence_code import CodeFinding, FileMetrics, FunctionComplexity, LeftOut
from grader.report.advice import advice
from grader.report.excerpts import excerpt
from grader.report.forge import line_address
from grader.report.marks import Anchors, finding_anchor, function_anchor
from grader.report.text import count, line, masked, percent, plain
from grader.report.views import CategoryView, CodeView, FileView, FindingView, FunctionView, RuleView, UnreadView
from grader.scorecard import CodeScore, Scorecard

PER_RULE = 3
IN_ALL = 60
"""Excerpts on the page; a page of hundreds is read by nobody."""
FUNCTIONS = 8
FILES, LEFT_OUT = 8, 10
UNREAD = frozenset({"compiled", "too large", "unreadable"})
HARDCODED_SECRETS = frozenset({"S105", "S106", "S107"})

_NAMES = {"python": "Python", "javascript": "JavaScript", "typescript": "TypeScript"}

Numbered = tuple[int, CodeFinding]


def shown_findings(card: Scorecard) -> frozenset[int]:
    """Indices (from 0) of the findings whose excerpt is on the page."""
    if card.code is None:
        return frozenset()
    order = [index for rule in _by_rule(card.code) for index, _ in rule[:PER_RULE]]
    return frozenset(order[:IN_ALL])


def shown_functions(card: Scorecard) -> int:
    """How many functions the page shows."""
    return min(FUNCTIONS, len(card.code.functions)) if card.code else 0


def _by_rule(code: CodeScore) -> list[list[Numbered]]:
    """Findings by rule: scored categories first, then the most frequent rule, then by name."""
    ordered = sorted(enumerate(code.findings), key=lambda pair: (pair[1].category, pair[1].rule, pair[0]))
    rules = [list(group) for _, group in groupby(ordered, key=lambda pair: (pair[1].category, pair[1].rule))]
    return sorted(rules, key=lambda rule: (rule[0][1].category not in code.scored_categories, -len(rule)))


def code(card: Scorecard, anchors: Anchors) -> CodeView:
    """Findings by rule with their source, complexity after them."""
    found = card.code
    if found is None:
        return CodeView(
            summary="The source was not analysed.",
            lint="",
            categories=(),
            rules=(),
            rules_more="",
            complexity="",
            functions=(),
            files=(),
            left_out="",
            left_out_rows=(),
            left_out_more="",
            notes=(),
        )
    rules = _by_rule(found)
    shown = shown_findings(card)
    views = tuple(
        _rule(rule, found, shown, card, anchors) for rule in rules if any(index in shown for index, _ in rule)
    )
    left = len(rules) - len(views)
    return CodeView(
        summary=_summary(found, card),
        lint=_lint(found),
        categories=tuple(
            CategoryView(name=line(name, 40), count=f"{many:,}", scored=name in found.scored_categories)
            for name, many in sorted(
                found.by_category.items(), key=lambda item: (item[0] not in found.scored_categories, -item[1], item[0])
            )
        ),
        rules=views,
        rules_more=f"Excerpts of {count(left, 'more rule')} are in the JSON." if left else "",
        complexity=_complexity(found),
        functions=tuple(
            _function(function, index, card, anchors) for index, function in enumerate(found.functions[:FUNCTIONS])
        ),
        files=tuple(_file(metrics) for metrics in found.metrics[:FILES]),
        left_out=_left_out(found),
        left_out_rows=tuple(_left_out_row(entry) for entry in found.left_out[:LEFT_OUT]),
        left_out_more=_left_out_more(found),
        notes=tuple(line(note, 400) for note in found.notes[:LEFT_OUT]),
    )


def _summary(found: CodeScore, card: Scorecard) -> str:
    files, lines = count(found.files, "file"), count(found.lines, "source line")
    commit = line(card.submission.commit[:12])
    return f"{files} with {lines}{_languages(found)} were analysed at commit {commit}, with {_tools(found)}."


def _languages(found: CodeScore) -> str:
    named = ", ".join(f"{many:,} {_NAMES.get(name, line(name, 20))}" for name, many in sorted(found.languages.items()))
    return f" ({named})" if len(found.languages) > 1 else ""


def _tools(found: CodeScore) -> str:
    return line(", ".join(f"{name} {version}" for name, version in sorted(found.tools.items())) or "no tool")


def _lint(found: CodeScore) -> str:
    if not found.findings_total:
        return "The linter found nothing."
    scored = sum(found.by_category.get(name, 0) for name in found.scored_categories)
    said = f"{count(found.findings_total, 'finding')}; {scored:,} in categories that are scored."
    if found.findings_total > len(found.findings):
        said += f" The record keeps the first {len(found.findings):,}."
    return said


def _complexity(found: CodeScore) -> str:
    said = f"{percent(found.complex_share)} of the lines in functions stand in functions of complexity above 10."
    if found.maintainability is not None:
        said += f" Mean maintainability index: {plain(found.maintainability)} of 100."
    return said


def _file(metrics: FileMetrics) -> FileView:
    index, volume = metrics.maintainability, metrics.volume
    return FileView(
        path=line(metrics.path, 200),
        lines=f"{metrics.lines:,}",
        complexity=f"{metrics.complexity:,}" if metrics.functions else "no function",
        maintainability="not measured" if index is None else plain(index),
        volume="not measured" if volume is None else f"{volume:,.0f}",
    )


def _left_out(found: CodeScore) -> str:
    """How much was not analysed, and what that means."""
    if not found.left_out:
        return ""
    lines, files = sum(entry.lines for entry in found.left_out), sum(entry.files for entry in found.left_out)
    return (
        f"{count(files, 'file')} with {count(lines, 'line')} were not analysed, beside {found.lines:,} that were."
        " What nobody can read costs its share of the points for code; the rest costs nothing, and a person should look"
        " at it where the service runs it."
    )


def _left_out_row(entry: LeftOut) -> UnreadView:
    return UnreadView(
        path=line(entry.path, 200),
        reason=line(entry.reason, 200),
        lines=f"{entry.lines:,}",
        costs="counts as unread" if entry.kind in UNREAD or "nobody can read" in entry.reason else "nothing",
    )


def _left_out_more(found: CodeScore) -> str:
    left = found.left_out_total - LEFT_OUT
    return f"and {left:,} more in the JSON" if left > 0 else ""


def _rule(rule: list[Numbered], found: CodeScore, shown: frozenset[int], card: Scorecard, anchors: Anchors) -> RuleView:
    first = rule[0][1]
    why, fix = advice(first.rule)
    views = tuple(_finding(index, finding, card, anchors) for index, finding in rule if index in shown)
    left = len(rule) - len(views)
    return RuleView(
        rule=line(first.rule, 60),
        category=line(first.category, 40),
        count=count(len(rule), "finding"),
        scored=first.category in found.scored_categories,
        why=why,
        fix=fix,
        findings=views,
        more=f"and {left:,} more in the JSON" if left else "",
    )


def _finding(index: int, finding: CodeFinding, card: Scorecard, anchors: Anchors) -> FindingView:
    secret = finding.rule in HARDCODED_SECRETS
    return FindingView(
        anchor=anchors.id(finding_anchor(index)),
        where=line(f"{finding.path}:{finding.line}", 200),
        href=line_address(card.submission, finding.path, finding.line),
        message=_message(finding, secret=secret),
        lines=excerpt(finding.path, finding.excerpt, finding.excerpt_start, finding.line, secret=secret),
    )


def _message(finding: CodeFinding, *, secret: bool) -> str:
    """The linter quotes the literal that it calls a secret; that part is not repeated."""
    said = masked(finding.message)
    return line(said.split(":", 1)[0] if secret else said, 400)


def _function(function: FunctionComplexity, index: int, card: Scorecard, anchors: Anchors) -> FunctionView:
    return FunctionView(
        anchor=anchors.id(function_anchor(index)),
        name=line(function.name, 120),
        where=line(f"{function.path}:{function.line}", 200),
        href=line_address(card.submission, function.path, function.line),
        source=excerpt(function.path, function.excerpt, function.line, function.line, secret=False)
        if function.excerpt
        else (),
        complexity=f"{function.complexity:,}",
        lines=f"{function.lines:,}",
    )
