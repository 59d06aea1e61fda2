"""A slice of the attacks, of every kind, and that the table of mutants follows the code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.console import Console

from tests.attacks import mutants
from tests.attacks.__main__ import CONTROL, batch
from tests.attacks.field import opened
from tests.attacks.judge import Verdict
from tests.attacks.kit import attacks

SLICE = [attack for attack in attacks() if attack.expected.slice]
KINDS = {"control", "fetch", "forge", "http", "install", "leak", "lint", "pod", "report"}
JOBS = 3


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory) -> Iterator[dict[str, list[Verdict]]]:
    """Every attack of the slice, run side by side with honest controls in between; and at the end nothing is left."""
    found: dict[str, list[Verdict]] = {}
    with opened(tmp_path_factory.mktemp("attacks") / "field") as field:
        for verdict in batch(field, SLICE, Console(stderr=True), JOBS):
            found.setdefault(verdict.attack, []).append(verdict)
        remains = field.remains()
    yield found
    assert remains == []


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [attack.id for attack in SLICE])
def test_attack_is_held(verdicts, name):
    """What came of it is what its expected.toml states: verdict, blame, time, memory, and nothing left behind."""
    assert [problem for verdict in verdicts[name] for problem in verdict.problems] == []


def test_the_slice_has_every_kind():
    """Each kind of attack is in the slice, and there are at least 60 attacks in all."""
    assert {attack.kind for attack in SLICE} == KINDS == {attack.kind for attack in attacks()}
    assert len(attacks()) >= 60


@pytest.mark.engine
def test_a_defence_that_is_off_is_noticed(tmp_path):
    """A sample of ``make mutants``: without its cap, the client no longer holds the attack that is aimed at it."""
    mutant = next(row for row in mutants.table() if row.id == "reply-cap")
    assert mutants.survivors(mutant, tmp_path) == []


@pytest.mark.parametrize("mutant", mutants.table(), ids=lambda row: row.id)
def test_mutants_follow_the_code(mutant, tmp_path):
    """Each mutant's text stands exactly once in its file, what takes its place differs, and its attacks exist."""
    mutants.apply(mutant, tmp_path / "tree")
    assert set(mutant.killed_by) <= {attack.id for attack in attacks()} - {CONTROL}
    assert mutant.old != mutant.new


def test_mutants_have_names_of_their_own():
    """No two mutants share an id."""
    ids = [row.id for row in mutants.table()]
    assert len(ids) == len(set(ids))
