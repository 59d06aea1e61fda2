"""Similarity: fingerprints that renaming does not change, the kit taken out, and two gradings side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence_code import Prints
from grader.similarity import compare, nearest, places, without, worth_showing
from harness.static.fingerprints import K, W, fingerprints

SOLUTIONS = Path(__file__).resolve().parents[2] / "challenges" / "semantic-search" / "solutions"
SOURCE = (SOLUTIONS / "reference" / "search_service" / "library.py").read_text("utf-8")
OTHER = (SOLUTIONS / "reference" / "search_service" / "lexical.py").read_text("utf-8")


def prints(language: str, source: str, path: str = "main.py") -> Prints:
    """One file's fingerprints, as the record has them."""
    marks = " ".join(f"{value}:{line}" for value, line in fingerprints(language, source))
    return Prints(path=path, language=language, marks=marks)


def renamed(source: str) -> str:
    """The same program with other names, other comments and another layout of blank lines."""
    words = {
        word: f"zz_{number}" for number, word in enumerate(sorted(set(re.findall(r"\b_?[a-z]+_[a-z_]+\b", source))))
    }
    source = re.sub(r"\b_?[a-z]+_[a-z_]+\b", lambda match: words[match[0]], source)
    return "# another comment\n\n" + re.sub(r"\n\n\n", "\n\n\n\n# moved\n", source)


def test_renaming_changes_nothing():
    """A copy with other names and comments has the same fingerprints."""
    own, copy = prints("python", SOURCE), prints("python", renamed(SOURCE))
    assert renamed(SOURCE) != SOURCE
    found = compare([copy], [own], "the original")
    assert (found.share, found.other_share) == (1.0, 1.0)
    assert found.places[0].line > found.places[0].other_line


def test_other_code_shares_next_to_nothing():
    """Two modules of one program that do different things are told apart."""
    assert not worth_showing(compare([prints("python", OTHER)], [prints("python", SOURCE)], "other"))


def test_a_part_is_found_in_the_whole():
    """A passage copied into a program of one's own is found, with its place in both."""
    rows = SOURCE.splitlines()
    passage = "\n".join(rows[30:75])
    found = compare([prints("python", OTHER + "\n\nclass X:\n" + passage)], [prints("python", SOURCE)], "x")
    assert 0.1 < found.share < 0.9
    (place,) = found.places
    assert place.line > len(OTHER.splitlines())
    assert 20 <= place.other_line <= 75


@given(
    st.lists(
        st.sampled_from(["x", "f(1)", "y = 2", "for a in b: pass", "return 1", "z += x"]), min_size=30, max_size=80
    )
)
def test_every_long_run_is_found(lines):
    """The promise of winnowing: a run of K + W - 1 tokens that two files share has a fingerprint in common."""
    shared = "\n".join(lines)
    tokens = len(re.findall(r"\w+|[^\w\s]+", shared))
    one = {value for value, _ in fingerprints("python", f"import a\n{shared}\n")}
    two = {value for value, _ in fingerprints("python", f"q = [1, 2, 3]\n{shared}\nprint(q)\n")}
    assert tokens < K + W - 1 or one & two


@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_scripts_have_fingerprints_too(language):
    """Scripts are compared by the same method."""
    source = "".join(
        f"function f{n}(a) {{{' if (a) { return [a, g(a)]; }' * n} return {'a + ' * n}a{'.b()' * n}; }}\n"
        for n in range(9)
    )
    copy = source.replace("g(", "helper(").replace("(a", "(zz").replace("function f", "// a comment\nfunction other")
    found = compare([prints(language, copy)], [prints(language, source)], "x")
    assert found.shared > 10
    assert found.share == 1.0


def test_the_kit_is_taken_out():
    """What the challenge gave to everybody is nobody's, in both works."""
    kit = places([prints("python", SOURCE)])
    assert without([prints("python", SOURCE)], kit) == ()
    (left,) = without([prints("python", SOURCE + OTHER)], kit)
    assert 0 < len(left.marks.split()) < len(prints("python", SOURCE + OTHER).marks.split())


def test_the_nearest_come_first():
    """Of several works those that share something are listed, the nearest first, and the others are not."""
    own = [prints("python", SOURCE)]
    half = SOURCE[: len(SOURCE) // 2].rpartition("\n    async def")[0] or SOURCE[: len(SOURCE) // 2]
    works = {"whole": own, "half": [prints("python", half)], "none": [prints("python", OTHER)]}
    assert [one.other for one in nearest(own, works)][:1] == ["whole"]
    assert "none" not in [one.other for one in nearest(own, works)]


def test_no_code_is_like_nothing():
    """Works without fingerprints share nothing, and nothing divides by zero."""
    found = compare([], [], "x")
    assert (found.share, found.other_share, worth_showing(found)) == (0, 0, False)
    assert fingerprints("python", "def f(:\n  '''") == []
