"""What is on disk."""

import sqlite3

import numpy as np
import pytest

from service import store as store_module
from service.errors import StorageFull, StorageUnavailable
from service.models import Document
from service.store import Store, half_precision
from tests.fakes import unit

ODD = Document(
    "odd", " \u0000é日本\ufeff", "\r\n😀 e\u0301\u2028", {"": "", "n": 1.0, "i": 10**30, "b": True, "f": 0.1}
)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


def test_documents_come_back_exactly_also_after_a_restart(tmp_path):
    first = Store(tmp_path)
    first.save([ODD, Document("a", "T", "x")])
    second = Store(tmp_path)  # the first one was not closed, as after a kill
    assert list(second.documents()) == [Document("a", "T", "x"), ODD]
    assert type(list(second.documents())[1].metadata["n"]) is float


def test_saving_replaces_and_deleting_removes(store):
    store.save([Document("a", "T", "old"), Document("b", "T", "x")])
    store.save([Document("a", "T", "new")])
    store.delete("b")
    store.delete("unknown")
    assert [(one.id, one.text) for one in store.documents()] == [("a", "new")]


def test_a_failed_save_stores_nothing(store):
    store.save([Document("a", "T", "old")])
    store._documents.execute(
        "CREATE TRIGGER t BEFORE INSERT ON documents WHEN NEW.id = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    failure = None
    try:
        store.save([Document("a", "T", "new"), Document("bad", "T", "x")])
    except StorageUnavailable as error:
        failure = error
    assert failure is not None
    assert failure.status == 503
    assert [(one.id, one.text) for one in store.documents()] == [("a", "old")]


def test_a_full_file_is_reported_and_stores_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "MAX_PAGES", 8)
    store = Store(tmp_path)
    letters = "".join(
        chr(33 + n * n * 7919 % 90000) for n in range(40_000) if not 0xD800 <= 33 + n * n * 7919 % 90000 < 0xE000
    )
    failure = None
    try:
        store.save([Document("a", "T", letters)])
    except StorageFull as error:
        failure = error
    assert failure is not None
    assert list(store.documents()) == []
    store.save([Document("b", "T", "small")])
    assert [one.id for one in store.documents()] == ["b"]


def test_files_are_bounded(store):
    pages = store._documents.execute("PRAGMA max_page_count").fetchone()[0]
    size = store._documents.execute("PRAGMA page_size").fetchone()[0]
    assert 16_000_000 < pages * size < 32_000_000


def test_vectors_are_kept_by_key(tmp_path):
    Store(tmp_path).save_vectors({b"a": unit(0.5, 0.25), b"b": unit(1)})
    found = Store(tmp_path).vectors([b"a", b"unknown"])
    assert list(found) == [b"a"]
    assert np.array_equal(found[b"a"], unit(0.5, 0.25))
    assert found[b"a"].dtype == np.float32


def test_vectors_are_read_as_half_precision_says(store):
    vector = unit(*np.linspace(-1, 1, 384))
    store.save_vectors({b"a": vector})
    assert np.array_equal(store.vectors([b"a"])[b"a"], half_precision(vector))


def test_vectors_without_room_are_no_error(store, caplog):
    store._vectors.execute("DROP TABLE vectors")
    store.save_vectors({b"a": unit(1)})
    assert "in memory only" in caplog.text


def test_only_old_unused_vectors_are_dropped(store):
    store.save_vectors({key: unit(1) for key in (b"1", b"2", b"3", b"4")})
    store.drop_vectors({b"1"}, limit=4)
    assert len(store.vectors([b"1", b"2", b"3", b"4"])) == 4
    store.drop_vectors({b"1"}, limit=3)
    assert set(store.vectors([b"1", b"2", b"3", b"4"])) == {b"1", b"3", b"4"}
    store.drop_vectors({b"1"}, limit=0)
    assert set(store.vectors([b"1", b"2", b"3", b"4"])) == {b"1"}


def test_writes_are_durable_at_commit(store):
    assert store._documents.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert isinstance(store._documents, sqlite3.Connection)
