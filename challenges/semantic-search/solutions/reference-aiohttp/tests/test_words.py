"""Forms in which words, identifiers and acronyms are compared."""

import pytest

from service import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("valves", "valve"),
        ("batteries", "battery"),
        ("boxes", "box"),
        ("switches", "switch"),
        ("baking", "bake"),
        ("stopped", "stop"),
        ("resetting", "reset"),
        ("filled", "filling"),
        ("glasses", "glass"),
    ],
)
def test_forms_of_a_word_have_the_same_stem(one, other):
    assert words.stem(one) == words.stem(other)


@pytest.mark.parametrize("word", ["gas", "bus", "red", "mt77", "status"])
def test_words_that_only_look_inflected_stay(word):
    assert words.stem(word) == word


def test_terms_are_folded_and_leave_small_words_out():
    assert list(words.terms("How do I reset the Résumé, can't I?")) == ["reset", "resum"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order OXM-6190-T now.", ["oxm6190t"]),
        ("gate_dwell_ms", ["gatedwellms"]),
        ("set maxRetries", ["maxretries"]),
        ("see config.yaml", ["configyaml"]),
        ("WIFI-SETUP", ["wifisetup"]),
        ("error 4012", ["4012"]),
        ("a well-known 30-day trial", []),
        ("don't", []),
        ("v2", []),
    ],
)
def test_identifiers(text, expected):
    assert list(words.identifiers(text)) == expected


def test_codes_typed_with_spaces_can_be_joined():
    assert {"mt77", "gatedwellms"} <= {*words.joined("MT 77"), *words.joined("gate dwell ms")}


def test_capitals():
    assert list(words.capitals("The RFID of MT-77 is A plain Word in UV")) == ["rfid", "uv"]


def test_initials_with_and_without_small_words():
    assert "voc" in words.initials("volatile organic compounds")
    assert "poe" in words.initials("power over ethernet")
    assert "rma" in words.initials("return of merchandise authorisation")


@pytest.mark.parametrize(
    ("acronym", "text", "expected"),
    [
        ("voc", "Gauge for volatile organic compounds", True),
        ("rfid", "Radio-frequency identification", True),
        ("uv", "An ultraviolet lamp", True),
        ("tos", "Our terms of service", True),
        ("ts", "Our terms of service", True),
        ("voc", "very old. Cars", False),
        ("voc", "volatile compounds", False),
        ("oc", "volatile orange", False),
    ],
)
def test_acronyms_are_recognised_in_what_they_stand_for(acronym, text, expected):
    pattern = words.acronym_pattern(acronym)
    assert any(pattern.match(heads) is not None for heads in words.heads(text)) is expected
