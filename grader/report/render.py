"""From a scorecard to the bytes of a page: no clock, no locale, no file besides the templates."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.report.behaviour import checks
from grader.report.brief import brief, rubric
from grader.report.code import code, shown_findings, shown_functions
from grader.report.excerpts import code_css
from grader.report.facts import provenance, scope
from grader.report.integrity import integrity
from grader.report.marks import Anchors
from grader.report.text import line
from grader.report.views import ReviewerView
from grader.report.work import work
from grader.scorecard import Scorecard

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "reports" / "templates"


def render_reviewer(scorecard: Scorecard) -> str:
    """The reviewer's edition as one HTML page that needs no other file and runs no script."""
    style, digest = _style()
    return _template("reviewer.html.j2").render(page=reviewer_view(scorecard), style=style, style_digest=digest)


def reviewer_view(scorecard: Scorecard) -> ReviewerView:
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
        provenance=provenance(scorecard),
    )


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
