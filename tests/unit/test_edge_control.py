"""The control socket: strict orders in, the ledger out."""

from __future__ import annotations

import hashlib
import json
import socket

import pytest
from test_edge_process import Edge

from harness.edge.ledger import Call, Ledger


@pytest.fixture(scope="module")
def edge():
    """One edge for the file."""
    with Edge() as running:
        yield running


def test_the_ledger_has_every_call_with_its_texts_digests(edge):
    """What was embedded can be compared without being kept: re-asks show although they are cached."""
    since = edge.cursor()
    edge.embed(["one", "zwölf"])
    edge.embed("one")
    first, second = edge.calls(since)
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in ("one", "zwölf")]
    assert first["digests"] == digests
    assert second["digests"] == digests[:1]
    assert (first["n"], first["path"], first["authorised"], first["texts"]) == (since, "/v1/embeddings", True, 2)
    assert (first["status"], first["fault"]) == (200, None)
    assert first["bytes_in"] > 30
    assert 0 <= first["at_s"] <= second["at_s"]
    assert first["ms"] > 0


def test_the_ledger_goes_on_from_a_number(edge):
    """``next`` of one reading is ``since`` of the following one."""
    edge.embed("x")
    page = edge.control.get("/ledger").json()
    assert page.keys() == {"next", "dropped", "entries"}
    assert [entry["n"] for entry in page["entries"]] == list(range(page["next"]))
    assert edge.calls(page["next"]) == []


def test_a_full_ledger_says_what_it_dropped():
    """5,000 entries are kept; what is lost is counted for the reader that missed it."""
    ledger = Ledger()
    for _ in range(5_010):
        ledger.close(Call(path="/x" * 100), 200)
    page = ledger.since(3)
    assert (page["next"], page["dropped"], len(page["entries"])) == (5_010, 7, 5_000)
    assert page["entries"][0]["n"] == 10
    assert len(page["entries"][0]["path"]) == 100
    assert ledger.since(5_005)["dropped"] == 0


def test_whether_the_service_listens(edge):
    """A plain connect tells, before any request is spent on it."""
    assert edge.control.get("/service").json() == {"listening": False}
    with socket.create_server(("127.0.0.1", edge.service_port)):
        assert edge.control.get("/service").json() == {"listening": True}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"rules": {}}',
        '{"rules": [], "more": 1}',
        '{"rules": [[]]}',
        '{"rules": [{}]}',
        '{"rules": [{"kind": ["status"]}]}',
        '{"rules": [{"kind": "explode"}]}',
        '{"rules": [{"kind": "status"}]}',
        '{"rules": [{"kind": "status", "status": 200}]}',
        '{"rules": [{"kind": "status", "status": 429.5}]}',
        '{"rules": [{"kind": "status", "status": true}]}',
        '{"rules": [{"kind": "status", "status": 429, "seconds": 1}]}',
        '{"rules": [{"kind": "status", "status": 429, "retry_after_s": -1}]}',
        '{"rules": [{"kind": "hang"}]}',
        '{"rules": [{"kind": "slow", "seconds": NaN}]}',
        '{"rules": [{"kind": "slow", "seconds": 1e9}]}',
        '{"rules": [{"kind": "slow", "seconds": "1"}]}',
        '{"rules": [{"kind": "garbage", "times": 0}]}',
        '{"rules": [{"kind": "garbage", "times": 1.5}]}',
        json.dumps({"rules": [{"kind": "garbage"}] * 17}),
        " " * 70_000,
    ],
)
def test_a_malformed_order_is_refused_and_changes_nothing(edge, body):
    """A typo in a check is an error there and then, not a fault that never comes."""
    assert edge.control.post("/embeddings/faults", content=body).status_code == 400
    assert edge.control.delete("/embeddings/faults").json() == {"cleared": 0}


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=", "from=3", "since=" + "9" * 30])
def test_a_malformed_reading_is_refused(edge, query):
    """The ledger is read from a number or not at all."""
    assert edge.control.get(f"/ledger?{query}").status_code == 400


def test_new_rules_replace_old_ones(edge):
    """A check starts from its own faults, whatever the last one left."""
    edge.fault({"kind": "garbage", "times": None}, {"kind": "slow", "seconds": 0})
    edge.fault({"kind": "status", "status": 418})
    assert edge.embed("x").status_code == 418
    assert edge.embed("x").status_code == 200


def test_control_is_not_on_the_gateway(edge):
    """The candidate can't reach the controls: they exist on the unix socket alone."""
    assert edge.gateway.delete("/embeddings/faults").status_code == 404
    assert edge.gateway.get("/ledger").status_code == 404
    assert edge.control.post("/v1/embeddings", json={}).status_code == 404
