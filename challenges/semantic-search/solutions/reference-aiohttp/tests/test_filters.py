"""Filters match by type and value."""

import pytest

from service.filters import matches
from service.validation import search_from

METADATA = {"kind": "boat", "size": 2, "wet": True, "one": 1, "text": "2"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"kind": "boat"}, True),
        ({"kind": "Boat"}, False),
        ({"kind": ["tree", "boat"]}, True),
        ({"kind": ["tree"]}, False),
        ({"kind": []}, False),
        ({"kind": "boat", "size": 2}, True),
        ({"kind": "boat", "size": 3}, False),
        ({"size": 2.0}, True),
        ({"size": "2"}, False),
        ({"text": 2}, False),
        ({"wet": True}, True),
        ({"wet": 1}, False),
        ({"wet": "true"}, False),
        ({"one": True}, False),
        ({"one": [True, 1]}, True),
        ({"missing": "boat"}, False),
    ],
)
def test_matches(wanted, expected):
    assert matches(METADATA, search_from({"query": "q", "filter": wanted}).wanted) is expected
