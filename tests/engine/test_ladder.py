"""The semantic-search challenge on the real engine: solutions land where they must, for the right reasons."""

from __future__ import annotations

import os

import pytest
from rich.console import Console

from grader.challenge import load_challenge
from grader.console import ConsoleProgress
from grader.scorecard import State
from grader.settings import read_settings
from grader.validation.ladder import Step, climb

pytestmark = pytest.mark.engine
FOLDER = load_challenge("semantic-search")
NAMES = ("cheat-canned", "crashes-on-bad-input", "empty", "lexical-only", "reference", "starter")
"""One of each kind; `grader validate --full` grades them all."""


@pytest.fixture(scope="module")
def steps(tmp_path_factory) -> dict[str, Step]:
    """These solutions graded once, each from a git URL."""
    out = tmp_path_factory.mktemp("ladder")
    climbed = climb(FOLDER, read_settings(os.environ), out, ConsoleProgress(Console(stderr=True)), only=NAMES)
    return {step.name: step for step in climbed}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
def test_solution_lands_where_it_must(steps, name):
    """Score, gates, blame and exactly the designed failures are what expected.toml states."""
    assert steps[name].held, steps[name].sentence


def test_reference_is_whole(steps):
    """The reference passes every hidden check; the harness decides 75 of the 100 points."""
    card = steps["reference"].card
    assert [c.id for g in card.groups for c in g.checks if c.state is not State.PASSED] == []
    assert (card.assessed_weight, card.awaiting_people) == (75, 25)
    assert card.score >= 95


def test_own_tests_of_the_reference_notice_bugs(steps):
    """Its suite is green as it stands and on neutral changes, and notices most of the bugs that tell something."""
    own = steps["reference"].card.work.own_tests
    assert own.facts.base.outcome == "green"
    assert [run.outcome for run in own.facts.controls][-1] == "green"
    assert own.caught.value >= 0.3


def test_lexical_only_loses_meaning_and_nothing_else(steps):
    """BM25 alone loses paraphrases and acronyms, by measure: recall below the scale's foot, not an error."""
    checks = {c.id: c for g in steps["lexical-only"].card.groups for c in g.checks}
    assert checks["relevance.paraphrase"].share == 0
    assert checks["relevance.paraphrase"].measures["recall_at_10"].value < 0.15
    assert checks["relevance.keyword"].state is State.PASSED


def test_crash_is_capped_with_the_check_that_saw_it(steps):
    """The service that stops on malformed JSON is limited to 70 by gate g3, linked to the check that saw it."""
    card = steps["crashes-on-bad-input"].card
    assert (card.score, card.limited_by) == (70, "g3")
    assert card.earned > 70
    gate = next(gate for gate in card.gates if gate.id == "g3")
    assert gate.evidence.startswith("check-input.")


def test_cheat_gets_nothing(steps):
    """Answers learnt from the public sample earn at most what gate g2 allows."""
    card = steps["cheat-canned"].card
    assert card.score <= 5
    relevance = next(c for c in card.criteria if c.id == "relevance")
    assert relevance.points == 0
