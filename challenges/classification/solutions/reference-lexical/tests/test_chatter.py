from __future__ import annotations

import pytest

from tickets.chatter import Chatter, mine
from tickets.records import Record

PHRASE = "We have always liked your company."
TELLING = "The internet has been dead since breakfast."


def _records(*categories: str) -> list[Record]:
    return [Record("", PHRASE, category) for category in categories]


@pytest.mark.parametrize(
    ("categories", "found"),
    [
        ("aabbcd", True),
        ("abcd" + "b", False),  # five tickets are too few
        ("aabbcc", False),  # three categories are too few
        ("aaaaaabcde", False),  # six of ten are of one category
        ("aaaaabcdef", True),
    ],
)
def test_mining_wants_many_tickets_of_many_categories(categories: str, *, found: bool) -> None:
    assert mine(_records(*categories)) == (["we have always liked your company."] if found else [])


def test_a_sentence_counts_once_per_ticket() -> None:
    records = [Record("", f"{PHRASE} {PHRASE}", category) for category in "abcd"]
    assert mine(records) == []


def test_keys_come_in_order() -> None:
    records = [Record("", "Zebras are fine animals. Apples are fine fruits.", category) for category in "aabbcd"]
    assert mine(records) == ["apples are fine fruits.", "zebras are fine animals."]


@pytest.fixture(scope="module")
def chatter() -> Chatter:
    return Chatter(["we have always liked your company.", "please answer by mail."])


@pytest.mark.parametrize("said", [PHRASE, "We have alwyas liked yuor company.", "Please answer by mail."])
def test_chatter_goes_also_when_misspelt(chatter: Chatter, said: str) -> None:
    assert chatter.core("", f"{said} {TELLING}") == TELLING.lower()


def test_short_lines_go(chatter: Chatter) -> None:
    assert chatter.core("", f"Hello there,\n{TELLING}\nM. N. (Mrs)") == TELLING.lower()


def test_a_subject_that_says_something_is_added(chatter: Chatter) -> None:
    assert chatter.core("My router", "Hello\nK. L.") == "my router"
    assert chatter.core(" Line dead ", TELLING) == f"{TELLING.lower()} line dead"


@pytest.mark.parametrize("subject", ["", "   ", "Re: refund", "RE : refund", "Fwd: refund", "fw: refund", PHRASE])
def test_inherited_and_empty_subjects_say_nothing(chatter: Chatter, subject: str) -> None:
    assert chatter.core(subject, f"Hello\n{PHRASE}") == ""


def test_common_subjects_are_chatter() -> None:
    assert mine([Record("Question", "", category) for category in "aabbcd"]) == ["question"]


@pytest.mark.parametrize(("text", "kept"), [("thirteen char", "thirteen char"), ("twelve chars", "")])
def test_short_sentences_go(chatter: Chatter, text: str, kept: str) -> None:
    assert chatter.core("", text) == kept


def test_sentences_keep_their_order(chatter: Chatter) -> None:
    assert chatter.core("", "First thing broke here.\nSecond thing broke too.") == (
        "first thing broke here. second thing broke too."
    )
