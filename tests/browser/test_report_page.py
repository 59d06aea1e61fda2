"""The reviewer's report in a real browser: what only this edition has. The bars for all pages are in test_gate.py."""

from __future__ import annotations

import pytest

from grader.challenge import load_challenge
from grader.report import render_reviewer
from grader.scorecard import CriterionScore, State
from tests.browser.gate import printed_pages, prints
from tests.golden import cards


def test_print_opens_details(open_page) -> None:
    """Paper cannot be clicked: exchanges and limits are printed although they are closed on screen."""
    printed = "".join(printed_pages(open_page("capped")))
    assert "hub blinks twice" in printed
    assert "JSONDecodeError" in printed


def test_filter_hides_passed_checks(open_page) -> None:
    """'Not passed' hides passed checks without a script; a link to one of them shows it again."""
    page = open_page("capped", java_script_enabled=False)
    assert page.locator("#check-contract\\.health").is_visible()
    page.get_by_label("Not passed").check()
    assert not page.locator("#check-contract\\.health").is_visible()
    assert page.locator("#check-contract\\.malformed").is_visible()
    page.goto(f"{page.url}#check-contract.health")
    assert page.locator("#check-contract\\.health").is_visible()


@pytest.mark.parametrize("name", ["capped", "hostile", "not-gradable"])
def test_tables_keep_their_meaning_when_stacked(open_page, name) -> None:
    """On a narrow screen tables are still tables to assistive technology."""
    page = open_page(name, width=360)
    tables = page.locator("table").count()
    assert page.get_by_role("table").count() == tables
    assert page.get_by_role("row").count() >= tables


def test_the_cohorts_dots_are_inside(open_page) -> None:
    """Every dot of the picture lies within it, on a wide screen and a narrow one."""
    for width in (1200, 360):
        page = open_page("capped", width=width)
        picture = page.locator("svg.cohort").bounding_box()
        for dot in page.locator("svg.cohort circle").all():
            box = dot.bounding_box()
            assert picture["x"] <= box["x"] + 1
            assert box["x"] + box["width"] <= picture["x"] + picture["width"] + 1
            assert box["y"] + box["height"] <= picture["y"] + picture["height"] + 1


def test_a_real_rubric_fits_on_the_first_sheet(browser, tmp_path) -> None:
    """Brief and rubric of the longest real rubric, every row with a next level, fill no more than page 1."""
    rubric = load_challenge("semantic-search").challenge
    shared = ("id", "title", "decided_by", "source", "weight", "minutes", "asks", "candidate_text", "anchors")
    rows = tuple(
        CriterionScore(
            **{name: getattr(row, name) for name in shared}, state=State.PARTLY, assessed_weight=row.weight, share=0.5,
            points=row.weight / 2, level=2, level_text=row.anchors[2], next_level_text=row.anchors[3],
            why="9 of 12 checks passed in full.", evidence=("lint",),
        )
        for row in rubric.criteria
    )  # fmt: skip
    path = tmp_path / "report.html"
    path.write_text(render_reviewer(cards.excellent().model_copy(update={"criteria": rows})), "utf-8")
    assert prints(browser, path) == []
