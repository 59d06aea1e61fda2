from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiohttp.test_utils import TestClient, TestServer

from triage import server
from triage.desk import Desk
from triage.gateway import GatewayDownError
from triage.model import Model
from triage.terms import Ticket, Verdict

OK = {"subject": "s", "body": "b"}


class FakeDesk(Desk):
    """Verdicts by length of body; some bodies are trouble."""

    async def judge(self, tickets: Sequence[Ticket]) -> list[Verdict]:
        if tickets[0].body == "down":
            raise GatewayDownError("secret")
        if tickets[0].body == "gone":
            raise ConnectionResetError("secret")
        if tickets[0].body == "bug":
            raise RuntimeError("secret")
        return [Verdict("refund", len(ticket.body) / 10, "auto") for ticket in tickets]


def _using(model: Model, talk: Callable[[TestClient], Awaitable[object]]) -> object:
    async def run() -> object:
        app = server.build()
        app[server.DESK] = FakeDesk(model, None)  # type: ignore[arg-type]
        async with TestClient(TestServer(app)) as client:
            return await talk(client)

    return asyncio.run(run())


def _json(model: Model, method: str, path: str, **options: object) -> tuple[int, object]:
    async def talk(client: TestClient) -> object:
        answer = await client.request(method, path, **options)
        return answer.status, await answer.json()

    return _using(model, talk)  # type: ignore[return-value]


def test_health(model: Model) -> None:
    assert _json(model, "GET", "/health") == (200, {"status": "ok"})


def test_model(model: Model) -> None:
    about = model.passport
    expected = {
        "version": about.version,
        "training_sha256": about.training_sha256,
        "claims": {"macro_f1": about.macro_f1},
    }
    assert _json(model, "GET", "/model") == (200, expected)


def test_one(model: Model) -> None:
    assert _json(model, "POST", "/classify", json=OK) == (
        200,
        {"category": "refund", "confidence": 0.1, "route": "auto"},
    )


def test_batch(model: Model) -> None:
    status, answer = _json(model, "POST", "/classify/batch", json={"tickets": [OK, OK | {"body": "bbb"}]})
    assert status == 200
    assert [result["confidence"] for result in answer["results"]] == [0.1, 0.3]  # type: ignore[index]
    assert answer["results"][0]["route"] == "auto"  # type: ignore[index]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/", b"", 404, "not_found"),
        ("POST", "/classify/", b"{}", 404, "not_found"),
        ("GET", "/classify", b"", 405, "method_not_allowed"),
        ("POST", "/classify", b"{", 400, "not_json"),
        ("POST", "/classify", b"{}", 422, "invalid_ticket"),
        ("POST", "/classify/batch", b"{}", 422, "invalid_batch"),
        ("POST", "/classify", b" " * (server.BYTES_LIMIT + 1), 413, "too_large"),
        ("POST", "/classify", b'{"subject": "", "body": "down"}', 503, "embeddings_unavailable"),
        ("POST", "/classify", b'{"subject": "", "body": "gone"}', 400, "unreadable"),
        ("POST", "/classify", b'{"subject": "", "body": "bug"}', 500, "internal"),
    ],
)
def test_refusals(model: Model, method: str, path: str, body: bytes, status: int, code: str) -> None:
    got, answer = _json(model, method, path, data=body)
    assert got == status
    error = answer["error"]  # type: ignore[index]
    assert error["code"] == code
    assert error["message"]
    assert "secret" not in error["message"]


def test_a_body_that_is_not_packed_as_it_says(model: Model) -> None:
    headers = {"content-encoding": "gzip"}

    async def talk(client: TestClient) -> object:
        answer = await client.post("/classify", data=b"no gzip", headers=headers, skip_auto_headers=["content-type"])
        return answer.status, (await answer.json())["error"]["code"]

    assert _using(model, talk) == (400, "unreadable")
