"""The vector index."""

import numpy as np

from service.vectors import VectorIndex, key_of
from tests.fakes import unit


def test_keys_depend_on_model_and_text():
    assert key_of("m", "a") == key_of("m", "a")
    assert len({key_of("m", "a"), key_of("n", "a"), key_of("m", "b")}) == 3


def test_a_snapshot_has_the_rows_of_each_document_in_order_of_ids():
    index = VectorIndex()
    index.add("b", [b"bt", b"b0"])
    index.add("a", [b"at", b"a0", b"a1"])
    index.put({b"a1": unit(1), b"bt": unit(0, 1)})
    snapshot = index.snapshot()
    assert snapshot.ids == ["a", "b"]
    assert snapshot.first_row.tolist() == [0, 3]
    assert np.array_equal(snapshot.matrix, np.stack([unit(), unit(), unit(1), unit(0, 1), unit()]))


def test_an_empty_snapshot():
    assert VectorIndex().snapshot().matrix.shape == (0, 384)


def test_snapshots_follow_every_change():
    index = VectorIndex()
    index.add("a", [b"x"])
    assert not index.snapshot().matrix.any()
    index.put({b"x": unit(1)})
    assert index.snapshot().matrix[0, 0] == 1
    index.add("b", [b"x"])
    assert index.snapshot().matrix.shape == (2, 384)
    index.remove("a")
    assert index.snapshot().ids == ["b"]


def test_vectors_stay_while_a_document_needs_them():
    index = VectorIndex()
    index.add("a", [b"x", b"y"])
    index.add("b", [b"x"])
    index.put({b"x": unit(1), b"y": unit(1), b"z": unit(1)})
    assert index.missing([b"x", b"y", b"z", b"z"]) == [b"z"]
    index.remove("a")
    assert index.missing([b"x", b"y"]) == [b"y"]
    assert index.in_use() == {b"x"}
    assert (index.needs(b"x"), index.needs(b"y")) == (True, False)


def test_replacing_keeps_the_vectors_that_are_still_used():
    index = VectorIndex()
    index.add("a", [b"x", b"y"])
    index.put({b"x": unit(1), b"y": unit(1)})
    index.add("a", [b"x", b"z"])
    assert index.missing([b"x", b"y", b"z"]) == [b"y", b"z"]
