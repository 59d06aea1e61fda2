"""Renderings of the scorecard: the same record is always the same bytes."""

from grader.report.render import render_reviewer

__all__ = ["render_reviewer"]
