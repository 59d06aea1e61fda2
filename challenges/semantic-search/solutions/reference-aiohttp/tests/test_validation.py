"""The bounds of the contract, one by one."""

import json

import pytest

from service import validation
from service.errors import InvalidRequest, MalformedBody, ServiceError
from service.models import Document, SearchRequest

GOOD = {"title": "T", "text": "x"}


def refusal(action, *arguments):
    """The error of a call, or None when it accepts."""
    try:
        action(*arguments)
    except ServiceError as error:
        return error
    return None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b"\xff",
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_is_malformed(body):
    error = refusal(validation.parse_object, body)
    assert isinstance(error, MalformedBody)
    assert error.status == 400


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"a"'])
def test_only_objects_are_accepted(body):
    error = refusal(validation.parse_object, body)
    assert isinstance(error, InvalidRequest)
    assert error.status == 422


def test_a_document_is_taken_over_as_it_is():
    value = {"title": " T ", "text": "\n", "metadata": {"a": "b", "n": 1.5, "t": True}, "extra": 1}
    assert validation.document_from(value, "a.B_9-") == Document("a.B_9-", " T ", "\n", value["metadata"])
    assert validation.document_from(GOOD, "a").metadata == {}


@pytest.mark.parametrize(("document_id", "valid"), [("a" * 64, True), ("..", True), ("a" * 65, False), ("", False)])
def test_length_of_ids(document_id, valid):
    assert (refusal(validation.document_from, GOOD, document_id) is None) == valid


@pytest.mark.parametrize("document_id", ["a b", "a/b", "é", "a\n", "٣"])
def test_characters_of_ids(document_id):
    assert isinstance(refusal(validation.document_from, GOOD, document_id), InvalidRequest)


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({"title": "a" * 300}, True),
        ({"title": "a" * 301}, False),
        ({"title": ""}, False),
        ({"title": 5}, False),
        ({"title": None}, False),
        ({"text": "😀" * 50_000}, True),
        ({"text": "a" * 50_001}, False),
        ({"text": ""}, False),
        ({"text": ["a"]}, False),
        ({"text": "\ud800"}, False),
        ({"metadata": {"a": -1, "b": 0.5, "c": False, "": ""}}, True),
        ({"metadata": None}, False),
        ({"metadata": []}, False),
        ({"metadata": {"a": None}}, False),
        ({"metadata": {"a": [1]}}, False),
        ({"metadata": {"a": {}}}, False),
        ({"metadata": {"\udfff": 1}}, False),
    ],
)
def test_fields_of_documents(change, valid):
    assert (refusal(validation.document_from, GOOD | change, "a") is None) == valid


@pytest.mark.parametrize("missing", ["title", "text"])
def test_missing_fields(missing):
    value = {name: item for name, item in GOOD.items() if name != missing}
    assert missing in refusal(validation.document_from, value, "a").message


@pytest.mark.parametrize(("size", "valid"), [(0, False), (1, True), (64, True), (65, False)])
def test_size_of_batches(size, valid):
    value = {"documents": [{"id": f"d{n}", **GOOD} for n in range(size)]}
    assert (refusal(validation.batch_from, value) is None) == valid


def test_batches_keep_their_order_and_the_last_of_equal_ids():
    items = [{"id": "b", **GOOD}, {"id": "a", **GOOD}, {"id": "b", "title": "T", "text": "second"}]
    documents = validation.batch_from({"documents": items})
    assert [(one.id, one.text) for one in documents] == [("b", "second"), ("a", "x")]


@pytest.mark.parametrize("item", [5, None, {}, {"id": 5, **GOOD}, {"id": "a b", **GOOD}, {"id": "a", "title": "T"}])
def test_a_batch_names_its_invalid_document(item):
    error = refusal(validation.batch_from, {"documents": [{"id": "ok", **GOOD}, item]})
    assert error is not None
    assert error.message.startswith("documents[1]")


def test_defaults_of_a_search():
    assert validation.search_from({"query": "q"}) == SearchRequest("q", 10, 0, {})


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({"query": "a" * 2000}, True),
        ({"query": "a" * 2001}, False),
        ({"query": ""}, False),
        ({"query": " "}, True),
        ({"query": 1}, False),
        ({"query": None}, False),
        ({"top_k": 1}, True),
        ({"top_k": 100}, True),
        ({"top_k": 0}, False),
        ({"top_k": 101}, False),
        ({"top_k": True}, False),
        ({"top_k": "5"}, False),
        ({"top_k": 5.5}, False),
        ({"top_k": None}, False),
        ({"offset": 0}, True),
        ({"offset": 10_000}, True),
        ({"offset": -1}, False),
        ({"offset": 10_001}, False),
        ({"offset": False}, False),
        ({"filter": {}}, True),
        ({"filter": {"a": []}}, True),
        ({"filter": {"a": ["x", 1, True]}}, True),
        ({"filter": []}, False),
        ({"filter": {"a": None}}, False),
        ({"filter": {"a": {"b": 1}}}, False),
        ({"filter": {"a": [["x"]]}}, False),
    ],
)
def test_fields_of_searches(change, valid):
    assert (refusal(validation.search_from, {"query": "q"} | change) is None) == valid


def test_numbers_survive_parsing():
    value = {"a": 10**30, "b": 0.1, "c": -2.5e-7}
    assert validation.parse_object(json.dumps(value).encode()) == value
