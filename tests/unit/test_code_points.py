"""What lint costs: by size, by category, by what was left out; monotone in all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import criterion, static

from grader.challenge import Criterion
from grader.checks.code import dilution, judge_lint
from grader.evidence_code import LeftOut

COUNTS = st.dictionaries(st.sampled_from(["errors", "bugs", "style"]), st.integers(0, 400))
LINES = st.integers(1, 200_000)


def lint(**changes) -> Criterion:
    """A criterion with two priced categories."""
    penalties = [{"category": "errors", "each": 0.1, "cap": 0.5}, {"category": "bugs", "each": 0.05, "cap": 0.4}]
    return Criterion.model_validate(criterion("lint", 10, "lint", penalties=penalties) | changes)


def share(counts: dict[str, int], lines: int, **changes) -> float:
    """What is left of the points."""
    evidence = static(by_category=counts, lines=lines, **changes).evidence
    return judge_lint(lint(penalties_cap=0.8), evidence).share


@given(COUNTS, LINES, st.sampled_from(["errors", "bugs", "style"]))
def test_one_finding_more_never_pays(counts, lines, more):
    """A finding more, of any category, never raises the share."""
    assert share(counts | {more: counts.get(more, 0) + 1}, lines) <= share(counts, lines)


@given(COUNTS, LINES, st.integers(1, 100_000))
def test_a_line_more_never_costs(counts, lines, more):
    """With the same findings, a larger program never has less; and no size makes a finding half as dear again."""
    assert share(counts, lines + more) >= share(counts, lines)
    assert 1 <= dilution(lines) <= 2


@given(COUNTS, st.integers(1, 20_000), st.integers(2, 10))
def test_equal_density_costs_the_larger_more(counts, lines, times):
    """Twice the program with twice the findings never keeps more than the smaller one: size hides nothing."""
    larger = {name: count * times for name, count in counts.items()}
    assert share(larger, lines * times) <= share(counts, lines) + 1e-12


@given(COUNTS, LINES)
def test_the_share_stays_within_its_caps(counts, lines):
    """Whatever is found, the total cap leaves its part, and style costs nothing."""
    assert 0.2 - 1e-9 <= share(counts, lines) <= 1
    assert share({"style": counts.get("style", 0)}, lines) == 1


def test_a_small_program_is_not_punished_for_being_small():
    """One finding in 80 lines costs what one in 1,000 does: once its price."""
    assert share({"errors": 1}, 80) == share({"errors": 1}, 1_000) == pytest.approx(0.9)


def left_out(kind: str, lines: int) -> tuple[LeftOut, ...]:
    """One entry of left-out code."""
    return (LeftOut(kind=kind, path="gen.py", reason="r", files=1, lines=lines, bytes=lines * 20),)


def test_generated_code_costs_nothing_beside_a_program():
    """Twenty thousand generated lines, or a vendored library beside a program of its own, take no point."""
    assert (
        share({}, 30, left_out=left_out("generated", 20_000))
        == share({}, 60, left_out=left_out("vendored", 9_000))
        == 1
    )


@pytest.mark.parametrize("kind", ["vendored", "installed", "minified"])
def test_a_stub_beside_left_out_code_is_no_program(kind):
    """Five clean lines that start 2,000 lines which nobody analysed earn a tenth, and the sentence says why."""
    judged = judge_lint(lint(), static(by_category={}, lines=5, left_out=left_out(kind, 2_000)).evidence)
    assert judged.share == pytest.approx(0.1)
    assert "2,000 lines that were left out" in judged.why


def test_the_kit_is_no_claim():
    """Unchanged files of the challenge beside a few lines of one's own cost nothing."""
    assert share({}, 10, left_out=left_out("kit", 2_000)) == 1
