"""The judge of the leak attacks reads the candidate's edition: hidden words in any of its formats are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from records import evidence, repeat, static

from grader.challenge import load_challenge
from grader.evidence import Log, ServiceEvidence
from grader.scoring import score
from tests.attacks import judge
from tests.attacks.field import Ran
from tests.attacks.kit import Attack, Expected

WORD = "word-123456789"


def ran(folder: Path, **changes) -> tuple[Attack, Ran]:
    """A grading of the echo challenge whose exchanges and log hold a hidden word."""
    rubric = load_challenge("echo", judge.CHALLENGES).challenge
    failed = repeat(0, "failed", message=f"saw {WORD}", seen=WORD)
    log = Log(head=WORD, tail=WORD, bytes=9, truncated=False)
    own = evidence(
        {"echo.back": [failed, failed]},
        rubric,
        static=static(),
        service=ServiceEvidence(became_ready=True, boot_s=0.5, log=log),
    )
    card = score(own)
    card = card.model_copy(update=changes.pop("card", lambda _: {})(card))
    folder.mkdir()
    card.save(folder / "scorecard.json")
    expected = Expected(tries="Tells it on.", held_by="An allow-list.", leaks=True, score=None, wall_s=1)
    fields = {"exit": 0, "out": "", "err": "", "seconds": 0.1, "folder": folder, "left": (), "reached": ()}
    return Attack(kind="leak", name="x", folder=folder, expected=expected), Ran(**(fields | changes))


def problems(attack: Attack, grading: Ran) -> list[str]:
    """What the judge says of what is shown."""
    return list(judge._shown_problems(attack.expected, grading, {"saw": [WORD]}))


def test_a_grading_whose_hidden_words_stay_inside_is_held(tmp_path):
    """Message, exchange and log hold the word; nothing that a candidate is shown does."""
    assert problems(*ran(tmp_path / "out")) == []


@pytest.mark.parametrize("place", ["title", "candidate_text"])
def test_a_hidden_word_in_the_edition_is_found(tmp_path, place):
    """With the word in a text that the edition shows, every format that shows it is named."""

    def leaky(card):
        return {"groups": tuple(group.model_copy(update={place: f"About {WORD}."}) for group in card.groups)}

    found = problems(*ran(tmp_path / "out", card=leaky))
    assert any(problem.startswith("candidate.html shows a candidate") for problem in found)
    assert any(problem.startswith("candidate.json shows a candidate") for problem in found)


def test_a_run_of_a_hidden_file_is_found(tmp_path):
    """Twenty characters of a hidden file in the edition are a problem, whatever the attack saw."""

    def leaky(_card):
        return {"challenge_title": "notes_kept: the note stored before the restart"}

    assert any("shares hidden text" in problem for problem in problems(*ran(tmp_path / "out", card=leaky)))


def test_the_command_line_is_still_read(tmp_path):
    """A word on the command line is found as before."""
    assert any("the command line shows" in problem for problem in problems(*ran(tmp_path / "out", out=WORD)))
