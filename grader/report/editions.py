"""One record, three editions, five formats: which function makes what, and what its file is called."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from grader.errors import UsageError
from grader.report.candidate import candidate_view
from grader.report.exports import candidate_csv, candidate_junit, reviewer_csv, reviewer_junit, sarif, sheet_csv
from grader.report.render import render_candidate, render_reviewer, render_sheet
from grader.report.sheet import sheet_view
from grader.scorecard import Scorecard


class Edition(StrEnum):
    """For whom."""

    REVIEWER = "reviewer"
    SHEET = "sheet"
    CANDIDATE = "candidate"


class Format(StrEnum):
    """As what."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"
    JUNIT = "junit"


_ENDINGS = {Format.SARIF: "sarif.json", Format.JUNIT: "junit.xml"}
_DRAWN = frozenset({"bar", "share", "mark", "anchor"})
"""Fields that only a page needs."""


def file_name(edition: Edition, form: Format) -> str:
    """``report.html`` for the reviewer, ``candidate.html``, ``sheet.csv`` and so on."""
    stem = "report" if edition is Edition.REVIEWER else edition.value
    return f"{stem}.{_ENDINGS.get(form, form.value)}"


def render(card: Scorecard, edition: Edition, form: Format, others: Sequence[Scorecard] | None = None) -> str:
    """The text of one edition in one format; the same record gives the same bytes.

    Raises:
        UsageError: ``report.no_such_format``.
    """
    if edition is Edition.REVIEWER:
        return _reviewer(card, form, others)
    if edition is Edition.CANDIDATE:
        return _candidate(card, form)
    return _sheet(card, form)


def _reviewer(card: Scorecard, form: Format, others: Sequence[Scorecard] | None) -> str:
    if form is Format.HTML:
        return render_reviewer(card, others)
    made = {Format.CSV: reviewer_csv, Format.SARIF: sarif, Format.JUNIT: reviewer_junit}
    return card.to_json() if form is Format.JSON else made[form](card)


def _candidate(card: Scorecard, form: Format) -> str:
    if form is Format.HTML:
        return render_candidate(card)
    if form is Format.SARIF:
        return sarif(card)
    view = candidate_view(card)
    if form is Format.JSON:
        return _json(Edition.CANDIDATE, view)
    return candidate_csv(view) if form is Format.CSV else candidate_junit(view)


def _sheet(card: Scorecard, form: Format) -> str:
    if form is Format.HTML:
        return render_sheet(card)
    if form is Format.JSON:
        return _json(Edition.SHEET, sheet_view(card))
    if form is Format.CSV:
        return sheet_csv(sheet_view(card))
    raise UsageError(
        "report.no_such_format",
        f"The blind sheet is not made as {form.value}.",
        next_step="Choose html, json or csv, or another edition.",
    )


def _json(edition: Edition, view: Any) -> str:  # noqa: ANN401 - either view
    """A view as JSON, without what only draws."""
    whole = {"schema_version": 1, "edition": edition.value} | _plain(asdict(view))
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a view
    if isinstance(value, dict):
        mark = value.get("mark")
        kept = {name: _plain(part) for name, part in value.items() if name not in _DRAWN}
        return kept | ({"state": mark["word"]} if isinstance(mark, dict) and mark["word"] else {})
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
