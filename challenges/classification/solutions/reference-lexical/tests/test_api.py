from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tickets.api import create_app
from tickets.model import Answer, Card

TICKET = {"subject": "s", "body": "b"}


class Fake:
    """Answers with the length of the texts; fails on request."""

    card = Card(version="v1", training_sha256="ab" * 32, macro_f1=0.8)

    def classify(self, subject: str, body: str) -> Answer:
        if body == "bug":
            raise RuntimeError("secret")
        return Answer("billing", len(subject + body) / 100, "human")


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Fake(), max_bytes=2_000), raise_server_exceptions=False)


def test_health(client: TestClient) -> None:
    assert client.get("/health").status_code == 200


def test_model(client: TestClient) -> None:
    expected = {"version": "v1", "training_sha256": "ab" * 32, "claims": {"macro_f1": 0.8}}
    assert client.get("/model").json() == expected


def test_one(client: TestClient) -> None:
    answer = client.post("/classify", json=TICKET)
    assert answer.status_code == 200
    assert answer.json() == {"category": "billing", "confidence": 0.02, "route": "human"}


def test_a_batch_keeps_its_order(client: TestClient) -> None:
    tickets = [TICKET | {"body": "b" * size} for size in (5, 1, 3)]
    results = client.post("/classify/batch", json={"tickets": tickets}).json()["results"]
    assert [result["confidence"] for result in results] == [0.06, 0.02, 0.04]


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/nothing", b"", 404, "not_found"),
        ("POST", "/classify/", b"{}", 404, "not_found"),
        ("GET", "/docs", b"", 404, "not_found"),
        ("GET", "/openapi.json", b"", 404, "not_found"),
        ("GET", "/classify", b"", 405, "method_not_allowed"),
        ("POST", "/model", b"", 405, "method_not_allowed"),
        ("POST", "/classify", b"[", 400, "malformed_json"),
        ("POST", "/classify/batch", b"{}", 422, "invalid_request"),
        ("POST", "/classify", b" " * 2_001, 413, "too_large"),
        ("POST", "/classify", b" " * 2_000, 400, "malformed_json"),
        ("POST", "/classify", b'{"subject": "", "body": "bug"}', 500, "internal"),
    ],
)
def test_refusals(client: TestClient, method: str, path: str, content: bytes, status: int, code: str) -> None:
    answer = client.request(method, path, content=content)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]
    assert "secret" not in answer.text
