"""How meaning and words become one order."""

import numpy as np
import pytest

from service.keywords import Hit
from service.ranking import by_meaning, by_words
from service.vectors import Snapshot
from tests.fakes import unit

ALL = slice(0, 100)


def snapshot(**documents):
    """Each document is a list of cosines with the query: title first."""
    rows = [unit(cosine) for name in sorted(documents) for cosine in documents[name]]
    first_row = np.cumsum([0, *(len(documents[name]) for name in sorted(documents))])[:-1]
    return Snapshot(sorted(documents), first_row, np.stack(rows) if rows else np.zeros((0, 384)))


def order(shot, hits=None, page=ALL, allowed=None):
    hits = hits or {}
    allowed = set(shot.ids) if allowed is None else allowed
    return [one.id for one in by_meaning(shot, unit(1), hits, allowed, page)]


def test_the_best_passage_decides():
    ranked = by_meaning(snapshot(a=[0, 0.4, 0.4], b=[0, 0.1, 0.6]), unit(1), {}, {"a", "b"}, ALL)
    assert [(one.id, one.passage) for one in ranked] == [("b", 1), ("a", 0)]


def test_every_document_is_ranked_even_without_any_likeness():
    assert order(snapshot(a=[0, -0.5], b=[0], c=[0, 0])) == ["b", "c", "a"]


def test_an_empty_store():
    assert order(snapshot()) == []


def test_the_title_counts_a_little():
    assert order(snapshot(a=[0, 0.4], b=[0.9, 0.3])) == ["b", "a"]
    assert order(snapshot(a=[0, 0.6], b=[0.9, 0.3])) == ["a", "b"]


def test_one_shared_word_counts_little_and_all_words_much():
    shot = snapshot(a=[0, 0.4], b=[0, 0.3])
    assert order(shot, {"b": Hit(passages={0: 0.3})}) == ["a", "b"]
    assert order(shot, {"b": Hit(passages={0: 1.0})}) == ["b", "a"]
    assert order(shot, {"b": Hit(title=1.0)}) == ["b", "a"]


def test_words_move_the_passage_they_are_in():
    ranked = by_meaning(snapshot(a=[0, 0.3, 0.2]), unit(1), {"a": Hit(passages={1: 1.0})}, {"a"}, ALL)
    assert ranked[0].passage == 1
    assert ranked[0].score == pytest.approx(0.55 - 0.015 * np.log(2), abs=1e-5)


def test_an_identifier_is_above_any_likeness():
    assert order(snapshot(a=[0.7, 0.9], b=[0, 0]), {"b": Hit(exact=1.0)})[0] == "b"


def test_long_documents_need_a_little_more():
    assert order(snapshot(a=[0, *[0.4] * 30], b=[0, 0.39]))[0] == "b"


def test_equals_are_in_the_order_of_ids_and_scores_fall():
    ranked = by_meaning(snapshot(c=[0, 0.1], a=[0, 0.1], b=[0, 0.2]), unit(1), {}, {"a", "b", "c"}, ALL)
    assert [one.id for one in ranked] == ["b", "a", "c"]
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_pages_are_cut_after_the_filter():
    shot = snapshot(a=[0, 0.4], b=[0, 0.3], c=[0, 0.2])
    assert order(shot, page=slice(1, 2)) == ["b"]
    assert order(shot, page=slice(1, 2), allowed={"a", "c"}) == ["c"]
    assert order(shot, page=slice(3, 5)) == []


def test_words_alone():
    hits = {"b": Hit(title=0.5), "a": Hit(title=0.5), "c": Hit(passages={0: 0.2, 2: 0.6}), "d": Hit(exact=1.0)}
    ranked = by_words(hits, ALL)
    assert [one.id for one in ranked] == ["d", "c", "a", "b"]
    assert ranked[1].passage == 2
    assert by_words(hits, slice(1, 2)) == ranked[1:2]
