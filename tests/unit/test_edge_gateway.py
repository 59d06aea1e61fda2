"""The gateway over real loopback TCP: vendor's shapes, caps, faults."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import time

import httpx
import numpy as np
import pytest
from test_edge_process import KEY, MODEL, Edge


@pytest.fixture(scope="module")
def running():
    """One edge for the file."""
    with Edge() as edge:
        yield edge


@pytest.fixture
def edge(running):
    """The edge without faults."""
    running.control.delete("/embeddings/faults")
    return running


def test_an_answer_has_every_field_of_the_vendors(edge):
    """Clients that validate the vendor's shape accept ours."""
    answer = edge.embed(["one", "two words"], encoding_format="float", user="u").json()
    assert answer.keys() == {"object", "data", "model", "usage"}
    assert answer["object"] == "list"
    assert answer["model"] == MODEL
    assert answer["usage"] == {"prompt_tokens": 7, "total_tokens": 7}
    assert [(item["object"], item["index"], len(item["embedding"])) for item in answer["data"]] == [
        ("embedding", 0, 384),
        ("embedding", 1, 384),
    ]


def test_base64_and_float_are_the_same_numbers(edge):
    """The official client asks for base64; both encodings carry the same float32."""
    floats = edge.embed("hello").json()["data"][0]["embedding"]
    packed = edge.embed("hello", encoding_format="base64").json()["data"][0]["embedding"]
    assert np.frombuffer(base64.b64decode(packed), "<f4").tolist() == floats


def test_a_vector_does_not_depend_on_the_rest_of_the_request(edge):
    """The same text alone and in company has bitwise the same vector."""
    alone = edge.embed("a lonely text").json()["data"][0]["embedding"]
    texts = [f"neighbour {i} " * (i + 1) for i in range(20)]
    crowd = edge.embed([*texts, "a lonely text"]).json()["data"][-1]["embedding"]
    assert crowd == alone


@pytest.mark.parametrize("header", [None, "Bearer wrong", "bearer", f"Basic {KEY}", f"Bearer {KEY} x", "Bearer \xe9"])
def test_a_wrong_key_is_refused_in_the_vendors_shape(edge, header):
    """Without the run's key there is no model, and the ledger says so."""
    since = edge.cursor()
    headers = {} if header is None else {"authorization": header.encode("latin-1")}
    with httpx.Client(trust_env=False) as client:
        response = client.get(f"http://127.0.0.1:{edge.gateway_port}/v1/models", headers=headers)
    assert response.status_code == 401
    assert response.json()["error"].keys() == {"message", "type", "param", "code"}
    assert response.json()["error"]["code"] == "invalid_api_key"
    assert [(call["status"], call["authorised"]) for call in edge.calls(since)] == [(401, False)]


def test_models_and_health(edge):
    """A client can list the one model; health needs no key."""
    assert [model["id"] for model in edge.gateway.get("/v1/models").json()["data"]] == [MODEL]
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"http://127.0.0.1:{edge.gateway_port}/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"[" * 200_000, 400, None),
        (b"\xff\xfe\x00", 400, None),
        (b"[]", 400, None),
        ({"input": "x"}, 400, "model"),
        ({"model": 5, "input": "x"}, 400, "model"),
        ({"model": "gpt-9", "input": "x"}, 404, "model"),
        ({"model": MODEL}, 400, "input"),
        ({"model": MODEL, "input": ""}, 400, "input"),
        ({"model": MODEL, "input": []}, 400, "input"),
        ({"model": MODEL, "input": ["x", ""]}, 400, "input"),
        ({"model": MODEL, "input": ["x", None]}, 400, "input"),
        ({"model": MODEL, "input": {"text": "x"}}, 400, "input"),
        ({"model": MODEL, "input": [101, 102]}, 400, "input"),
        ({"model": MODEL, "input": [[101, 102]]}, 400, "input"),
        ({"model": MODEL, "input": ["x"] * 65}, 400, "input"),
        ({"model": MODEL, "input": "\ud800"}, 400, "input"),
        ({"model": MODEL, "input": "x", "encoding_format": "hex"}, 400, "encoding_format"),
        ({"model": MODEL, "input": "x", "encoding_format": []}, 400, "encoding_format"),
        ({"model": MODEL, "input": "x", "dimensions": 256}, 400, "dimensions"),
        ({"model": MODEL, "input": "x", "dimensions": "384"}, 400, "dimensions"),
        ({"model": MODEL, "input": "x" * 1_000_001}, 413, None),
    ],
)
def test_a_bad_request_is_refused_in_the_vendors_shape(edge, body, status, param):
    """Each mistake has its own clear answer, uses up no fault and leaves the gateway well."""
    edge.fault({"kind": "status", "status": 500})
    content = body if isinstance(body, bytes) else json.dumps(body)
    response = edge.gateway.post("/v1/embeddings", content=content)
    assert response.status_code == status
    assert response.json()["error"]["param"] == param
    assert edge.embed("x").status_code == 500
    assert edge.embed("x").status_code == 200


def test_unknown_paths_and_methods_are_refused(edge):
    """A wrong base URL or method is told what is wrong."""
    assert "/v1" in edge.gateway.post("/embeddings", json={}).json()["error"]["message"]
    assert edge.gateway.get("/v1/embeddings").status_code == 405


@pytest.mark.parametrize(
    "text", [" ", "\u0000", "👩‍👩‍👧", "مرحبا", "x" * 900_000, "word " * 150_000, "e\u0301" * 1_000]
)
def test_any_unicode_text_has_an_embedding(edge, text):
    """Odd and huge texts (within the body's cap) are embedded, not refused."""
    assert len(edge.embed(text).json()["data"][0]["embedding"]) == 384


def test_status_faults_come_in_order_and_end(edge):
    """Two 429s with Retry-After, one 503, then fine: and the ledger names each."""
    since = edge.cursor()
    edge.fault(
        {"kind": "status", "status": 429, "retry_after_s": 1.5, "times": 2},
        {"kind": "status", "status": 503},
    )
    answers = [edge.embed("x") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 503, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == ["1.5", "1.5", None, None]
    assert answers[0].json()["error"]["code"] == "rate_limit_exceeded"
    assert [call["fault"] for call in edge.calls(since)] == ["status:429", "status:429", "status:503", None]


def test_a_fault_without_times_lasts_until_cleared(edge):
    """``times: null`` is an outage."""
    edge.fault({"kind": "status", "status": 500, "times": None})
    assert {edge.embed("x").status_code for _ in range(5)} == {500}
    assert edge.control.delete("/embeddings/faults").json() == {"cleared": 1}
    assert edge.embed("x").status_code == 200


def test_garbage_is_html_with_status_200(edge):
    """A proxy's error page in place of JSON."""
    edge.fault({"kind": "garbage"})
    answer = edge.embed("x")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


def test_slow_is_late_but_right(edge):
    """The answer comes after the given time and is the usual one."""
    usual = edge.embed("x").json()
    edge.fault({"kind": "slow", "seconds": 0.5})
    started = time.monotonic()
    assert edge.embed("x").json() == usual
    assert time.monotonic() - started >= 0.5


def test_a_hang_ends_after_its_seconds(edge):
    """A client that waits long enough gets 504."""
    edge.fault({"kind": "hang", "seconds": 0.3})
    assert edge.embed("x").status_code == 504


def test_a_client_that_leaves_a_hang_is_recorded(edge):
    """The ledger has the call, as 499, although nobody waited for the answer."""
    since = edge.cursor()
    edge.fault({"kind": "hang", "seconds": 30})
    with pytest.raises(httpx.ReadTimeout):
        edge.gateway.post("/v1/embeddings", json={"model": MODEL, "input": "x"}, timeout=0.3)
    deadline = time.monotonic() + 5
    while not (calls := edge.calls(since)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [(call["status"], call["fault"]) for call in calls] == [(499, "hang")]


def test_other_requests_are_answered_while_texts_are_encoded(edge):
    """The event loop stays responsive and requests take turns: one text isn't kept behind 64 long ones."""

    async def exchange():
        url = f"http://127.0.0.1:{edge.gateway_port}"
        headers = {"authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
            texts = [f"{i} " + "word " * 250 for i in range(64)]
            large = asyncio.create_task(client.post("/v1/embeddings", json={"model": MODEL, "input": texts}))
            await asyncio.sleep(0.1)
            started = time.monotonic()
            small = await client.post("/v1/embeddings", json={"model": MODEL, "input": "a single short question"})
            taken = time.monotonic() - started
            unfinished = not large.done()
            whole = (await large).status_code, time.monotonic() - started
            return small.status_code, taken, unfinished, *whole

    small, taken, unfinished, large, whole = asyncio.run(exchange())
    assert (small, large, unfinished) == (200, 200, True)
    assert taken < whole / 2


def test_a_known_text_is_answered_without_delay(edge):
    """The gateway adds next to nothing of its own: a cached text over a kept connection, median of 20."""
    times = []
    for _ in range(20):
        started = time.monotonic()
        edge.embed("known")
        times.append(time.monotonic() - started)
    assert sorted(times)[10] < 0.03


def test_idle_connections_do_not_use_up_the_gateway(edge):
    """300 connections that never ask anything neither stop the service nor the probe."""
    idle = []
    try:
        for _ in range(300):
            idle.append(socket.create_connection(("127.0.0.1", edge.gateway_port)))  # noqa: PERF401 - some may fail
        assert edge.control.get("/ready").status_code == 200
    finally:
        for client in idle:
            client.close()
    for _ in range(100):  # until the gateway has seen that they are gone
        with contextlib.suppress(httpx.TransportError):
            assert edge.embed("still here").status_code == 200
            return
        time.sleep(0.05)
    pytest.fail("the gateway never answered again")


def test_many_kept_alive_connections_make_room_for_new_ones(edge):
    """A client that never closes what it has finished with isn't refused."""
    clients = [httpx.Client(trust_env=False) for _ in range(140)]
    try:
        for client in clients:
            assert client.get(f"http://127.0.0.1:{edge.gateway_port}/health").status_code == 200
    finally:
        for client in clients:
            client.close()


def send_for_ever(client: socket.socket) -> None:
    """Chunks of a body without an end."""
    while True:
        client.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        time.sleep(0.01)


@pytest.mark.parametrize("key", [KEY, "wrong"], ids=["too large", "not authorised"])
def test_a_body_that_goes_on_after_its_answer_is_hung_up_on(edge, key):
    """Neither answer lets its client send for ever."""
    head = f"POST /v1/embeddings HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {key}\r\nTransfer-Encoding: chunked"
    with socket.create_connection(("127.0.0.1", edge.gateway_port), timeout=60) as client:
        client.sendall(f"{head}\r\n\r\n".encode())
        with pytest.raises(OSError, match=r"reset|pipe|abort"):
            send_for_ever(client)
