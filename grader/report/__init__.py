"""Renderings of the scorecard: the same record is always the same bytes."""

from grader.report.render import render_candidate, render_reviewer, render_sheet

__all__ = ["render_candidate", "render_reviewer", "render_sheet"]
