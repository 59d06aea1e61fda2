from __future__ import annotations

import numpy as np
import pytest

from triage.prose import LONGEST, gist, remarks
from triage.smalltalk import SmallTalk, trigrams
from triage.terms import Ticket
from triage.wording import HALF, WIDTH, Sparse, counted, rarity, weighed


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Two? Three! Four", ["One.", "Two?", "Three", "Four"]),
        ("a\n> b\n&gt; c\n  > d\ne", ["a", "e"]),
        ("a<br>b <b class='x'>c</b>", ["a", "b", "c"]),
        ("a &amp; b &lt;p&gt;c", ["a & b", "c"]),
        ("mine\n-----Original Message-----\ntheirs", ["mine"]),
        ("it is 3 < 4 and 4.50 > 3", ["it is 3 < 4 and 4.50 > 3"]),
        ("--\n \n\t- x -", ["x"]),
        ("", []),
    ],
)
def test_remarks(body: str, expected: list[str]) -> None:
    assert remarks(body) == expected


def test_only_the_start_of_a_long_body_is_read() -> None:
    assert remarks("x" * LONGEST + "y") == ["x" * LONGEST]


def test_gist() -> None:
    assert gist("  Pay £4.50  on Friday, 3 May or in JUNE…") == "pay £0 on 0, 0 may or in 0"


def test_trigrams_include_the_edges() -> None:
    assert trigrams("abc") == {" ab", "abc", "bc "}


TALK = "what a nice day this is."


@pytest.mark.parametrize(
    ("desks", "found"),
    [([0, 0, 1, 2, 3], True), ([0, 1, 2, 3], False), ([0, 0, 1, 2, 2], False), ([0] * 6 + [1, 2, 3, 4], False)],
)
def test_small_talk_is_what_many_desks_hear(desks: list[int], *, found: bool) -> None:
    heard = [(Ticket("", "What a nice day this is."), desk) for desk in desks]
    assert SmallTalk.overheard(heard).phrases == ([TALK] if found else [])


@pytest.mark.parametrize(
    ("remark", "held"),
    [(TALK, True), ("waht a nice day thiss is.", True), ("my line is dead today.", False), ("", False)],
)
def test_slips_do_not_hide_small_talk(remark: str, *, held: bool) -> None:
    assert SmallTalk([TALK, "please write to me."]).holds(remark) is held


def test_common_subjects_are_small_talk() -> None:
    heard = [(Ticket("Question", ""), desk) for desk in (0, 0, 1, 2, 3)]
    assert SmallTalk.overheard(heard).phrases == ["question"]


def test_likeness_is_shared_runs_over_all_runs() -> None:
    talk = SmallTalk(["abcdef"])  # six runs
    assert talk.holds("abcdex")  # shares four of six
    assert not talk.holds("abcdxyz")  # shares three of seven


@pytest.mark.parametrize(
    ("subject", "body", "reason"),
    [
        (
            "Line dead since 4",
            "What a nice day this is.\nMy router is broken.",
            "my router is broken. line dead since 0",
        ),
        ("RE: refund", "My router is broken.", "my router is broken."),
        ("fw: refund", "", ""),
        ("Line dead since 4", "What a nice day this is.\nA. B.", "line dead since 0"),
        ("Hi", "Hello", "hi"),
        ("", "", ""),
        (TALK, "", ""),
        ("", "First it stopped here. Then it stopped there.", "first it stopped here. then it stopped there."),
        ("", "thirteen char", "thirteen char"),
        ("", "twelve chars", ""),
    ],
)
def test_reasons(subject: str, body: str, reason: str) -> None:
    assert SmallTalk([TALK]).reason(Ticket(subject, body)) == reason


def test_counting_is_logarithmic_and_halved() -> None:
    vector = counted("aa aa aa")
    words = vector.values[vector.places < HALF]
    assert sorted(words.tolist()) == pytest.approx([1 + np.log(2), 1 + np.log(3)])
    letters = vector.values[vector.places >= HALF]
    assert letters.tolist() == pytest.approx([1 + np.log(3)] * 6)
    assert vector.places.max() < WIDTH
    assert vector.places.tolist() == sorted(vector.places.tolist())


def test_word_order_matters_to_pairs_only() -> None:
    one, two = counted("red box"), counted("box red")
    assert np.count_nonzero(~np.isin(one.places, two.places)) == 1


def test_nothing_counts_as_nothing() -> None:
    assert len(counted("").places) == len(counted("!?").values) == 0


def test_rarity() -> None:
    rare = rarity([Sparse(np.array([1, 2]), np.ones(2)), Sparse(np.array([2]), np.ones(1))])
    assert rare[[0, 1, 2]] == pytest.approx([1 + np.log(3), 1 + np.log(1.5), 1.0])


def test_halves_have_length_one() -> None:
    vector = Sparse(np.array([1, 2, HALF, HALF + 7]), np.array([3.0, 2.0, 4.0, 1.0]))
    rare = np.ones(WIDTH)
    rare[2] = 2.0
    result = weighed(vector, rare)
    assert result.values == pytest.approx([0.6, 0.8, 4 / 17**0.5, 1 / 17**0.5])
    assert vector.values.tolist() == [3.0, 2.0, 4.0, 1.0]
    assert weighed(Sparse(np.array([5]), np.array([0.0])), rare).values.tolist() == [0.0]
