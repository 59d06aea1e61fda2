"""Passages cover a text and fit the encoder; snippets are literal."""

import pytest

from service import passages

LONG = " ".join(f"Sentence number {n} speaks about topic {n * 7}." for n in range(300))


def pieces(text):
    return [text[start:end] for start, end in passages.split(text)]


def test_a_short_text_is_one_passage_without_outer_spaces():
    assert pieces("  One. Two.\n") == ["One. Two."]


@pytest.mark.parametrize("text", [" ", "\n \n", "\t"])
def test_a_blank_text_has_no_passage(text):
    assert pieces(text) == []


def test_passages_stay_within_the_budget_and_end_with_sentences():
    found = pieces(LONG)
    assert len(found) > 10
    assert all(passages.token_count(piece) <= passages.PASSAGE_TOKENS for piece in found)
    assert all(piece.startswith("Sentence") and piece.endswith(".") for piece in found)


def test_passages_cover_everything_and_overlap_by_a_sentence():
    spans = passages.split(LONG)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(LONG)
    assert all(later[0] < earlier[1] for earlier, later in zip(spans, spans[1:], strict=False))
    assert all(later[0] > earlier[0] for earlier, later in zip(spans, spans[1:], strict=False))


@pytest.mark.parametrize("text", ["a" * 5000, "日本語" * 1000, "word " * 3000, "." * 3000, "a" + " " * 5000 + "b"])
def test_texts_without_sentences_are_cut_as_well(text):
    found = pieces(text)
    assert all(passages.token_count(piece) <= passages.PASSAGE_TOKENS for piece in found)
    assert all(len(piece) <= passages.MAX_PASSAGE_CHARS for piece in found)
    assert {char for piece in found for char in piece if not char.isspace()} == set(text) - {" "}
    assert sum(len(piece.replace(" ", "")) for piece in found) >= len(text.replace(" ", ""))


def test_token_count_grows_with_long_words_and_foreign_letters():
    assert passages.token_count("one two three") == 3
    assert passages.token_count("uncharacteristically") > 2
    assert passages.token_count("日本語") == 3


def test_a_snippet_is_the_best_part_of_the_passage():
    text = "Filler words stand here. " * 15 + "The needle is in this sentence. " + "More filler stands here. " * 3
    found = passages.snippet(text, (0, len(text)), lambda part: "needle" in part)
    assert "needle" in found
    assert found in text
    assert 1 <= len(found) <= 300


def test_equal_snippets_start_early():
    text = "First sentence. Second sentence."
    assert passages.snippet(text, (0, len(text)), lambda _: 0) == text


def test_a_snippet_of_a_long_sentence_ends_with_a_word():
    text = "word " * 100 + "end."
    found = passages.snippet(text, (0, len(text)), lambda _: 0)
    assert found == ("word " * 60).strip()


@pytest.mark.parametrize("length", [1, 299, 300, 301, 1000])
def test_length_of_snippets(length):
    found = passages.snippet("x" * length, (0, length), lambda _: 0)
    assert found == "x" * min(length, 300)


def test_a_snippet_stays_inside_its_passage():
    text = "Before it. Inside it. After it."
    assert passages.snippet(text, (11, 21), lambda _: 0) == "Inside it."
