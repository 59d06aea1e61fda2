from __future__ import annotations

import pytest

from tickets.cleaning import MAX_CHARACTERS, normalise, own_lines, sentence_key, sentences


def test_markup_becomes_line_breaks_and_entities_become_characters() -> None:
    assert own_lines("<p>Fish &amp; chips</p>2&nbsp;please<br>now") == ["Fish & chips", "2 please", "now"]


def test_quoted_lines_go_also_when_they_are_escaped() -> None:
    assert own_lines("mine\n> theirs\n&gt; theirs too\n  > and this\nmine again") == ["mine", "mine again"]


@pytest.mark.parametrize("head", ["-----Original Message-----", "--- forwarded message ---", "-- Original message"])
def test_all_after_a_forwarded_head_goes(head: str) -> None:
    assert own_lines(f"mine\n{head}\nFrom: them\ntheirs") == ["mine"]


def test_rules_and_empty_lines_go() -> None:
    assert own_lines("a\n--\n\n-----\n   \nb-") == ["a", "b-"]


def test_long_bodies_are_cut() -> None:
    assert own_lines("x" * (MAX_CHARACTERS + 5)) == ["x" * MAX_CHARACTERS]


def test_a_lone_bracket_is_text() -> None:
    assert own_lines("5 < 6 and that is all") == ["5 < 6 and that is all"]


def test_sentences_end_at_marks_and_lines() -> None:
    assert sentences("Hello there. Is it?  Yes!\nRe: it costs 4.50 now") == [
        "Hello there.",
        "Is it?",
        "Yes!",
        "Re:",
        "it costs 4.50 now",
    ]


def test_key_hides_names_dates_and_numbers() -> None:
    assert sentence_key("We met Mary Poppins in july, on Monday last, four times for 4.50.") == (
        "we met ~ in ~, on ~ last, # times for #"
    )


def test_key_keeps_first_word_and_i() -> None:
    assert sentence_key("Yesterday I said I'd pay") == "yesterday i said i'd pay"


def test_normalise_folds_case_dates_numbers_and_spaces() -> None:
    assert normalise("  Pay £4,50  by Friday in MARCH…") == "pay £0 by dayname in monthname"


def test_may_is_a_month_only_without_a_following_word() -> None:
    assert normalise("it may rain in May.") == "it may rain in monthname."
