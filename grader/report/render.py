"""From a scorecard to the bytes of a page: no clock, no locale, no file besides the templates."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.cohort import cohort
from grader.report.behaviour import checks
from grader.report.brief import brief, rubric
from grader.report.candidate import candidate_view
from grader.report.code import code, shown_findings, shown_functions
from grader.report.cohort import cohort_view
from grader.report.excerpts import code_css
from grader.report.facts import provenance, scope
from grader.report.integrity import integrity
from grader.report.interview import interview
from grader.report.marks import Anchors
from grader.report.sheet import sheet_view
from grader.report.text import line
from grader.report.views import ReviewerView
from grader.report.work import work
from grader.scorecard import Scorecard

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "reports" / "templates"


def render_reviewer(scorecard: Scorecard, others: Sequence[Scorecard] | None = None) -> str:
    """The reviewer's edition as one HTML page that needs no other file and runs no script.

    Args:
        scorecard: the record.
        others: scorecards of other gradings, for the cohort's picture.
    """
    return page("reviewer.html.j2", reviewer_view(scorecard, others))


def render_candidate(scorecard: Scorecard) -> str:
    """The candidate's edition, likewise one page."""
    return page("candidate.html.j2", candidate_view(scorecard))


def render_sheet(scorecard: Scorecard) -> str:
    """The blind sheet, likewise one page."""
    return page("sheet.html.j2", sheet_view(scorecard))


def reviewer_view(scorecard: Scorecard, others: Sequence[Scorecard] | None = None) -> ReviewerView:
    """Everything that the reviewer's template may see."""
    anchors = Anchors(scorecard, shown_findings(scorecard), shown_functions(scorecard))
    head = brief(scorecard, anchors)
    return ReviewerView(
        title=line(f"{head.score + ' of 100' if head.score else head.score_note}, {head.commit}, {head.challenge}", 60),
        brief=head,
        rubric=rubric(scorecard, anchors),
        checks=checks(scorecard, anchors),
        code=code(scorecard, anchors),
        integrity=integrity(scorecard, anchors),
        scope=scope(scorecard, anchors),
        work=work(scorecard, anchors),
        interview=interview(scorecard, anchors),
        cohort=cohort_view(cohort(scorecard, others or ()), asked=bool(others)),
        provenance=provenance(scorecard),
    )


def page(template: str, view: object) -> str:
    """A view through its template, with the one stylesheet inside."""
    style, digest = _style()
    return _template(template).render(page=view, style=style, style_digest=digest)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


@cache
def _style() -> tuple[Markup, str]:
    """The stylesheet and its digest for the page's policy. Holds nothing of any record."""
    css = (TEMPLATES / "report.css").read_text("utf-8") + code_css()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Markup(css), f"sha256-{digest}"  # noqa: S704 - our own file; the policy pins its digest
