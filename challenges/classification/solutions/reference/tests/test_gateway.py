from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import numpy as np
import pytest

from triage.gateway import DIMENSIONS, Gateway, GatewayDownError, Patience, SetbackError, unpack
from triage.memory import Memory

QUICK = Patience(chunk=2, slots=2, one_call=0.05, altogether=3.0, pause=0.01)
SHORT = replace(QUICK, altogether=0.4)


def _answer(texts: Sequence[str], *, backwards: bool = False) -> bytes:
    entries = [
        {"index": place, "embedding": base64.b64encode(np.full(DIMENSIONS, len(text), "<f4").tobytes()).decode()}
        for place, text in enumerate(texts)
    ]
    return json.dumps({"data": entries[::-1] if backwards else entries}).encode()


class Reply:
    """What a session's ``post`` gives."""

    def __init__(self, trouble: object, body: bytes) -> None:
        self.trouble = trouble
        self.body = body
        self.status = trouble if isinstance(trouble, int) else 200
        self.headers = {"retry-after": "0"} if trouble == 429 else {}

    async def __aenter__(self) -> Reply:
        if self.trouble == "hang":
            await asyncio.sleep(60)
        if self.trouble == "break":
            raise aiohttp.ServerDisconnectedError
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def read(self) -> bytes:
        return b"<html>" if self.trouble == "garbage" else self.body


class Session:
    """Plays its troubles in turn, then answers, or keeps to the last trouble."""

    def __init__(self, *troubles: object, lasting: object = None) -> None:
        self.troubles = list(troubles)
        self.lasting = lasting
        self.calls: list[dict[str, Any]] = []

    def post(self, url: str, **options: Any) -> Reply:
        self.calls.append({"url": url, **options})
        trouble = self.troubles.pop(0) if self.troubles else self.lasting
        return Reply(trouble, _answer(options["json"]["input"], backwards=True))


def _ask(session: Session, texts: Sequence[str], patience: Patience = QUICK) -> list[float]:
    async def asked() -> np.ndarray:
        return await Gateway(session, "http://g/v1/", "key", "name", patience).embed(texts)  # type: ignore[arg-type]

    return asyncio.run(asked())[:, 0].tolist()


def test_the_question() -> None:
    session = Session()
    assert _ask(session, ["a", "bb"]) == [1.0, 2.0]
    assert session.calls == [
        {
            "url": "http://g/v1/embeddings",
            "json": {"model": "name", "input": ["a", "bb"], "encoding_format": "base64"},
            "headers": {"authorization": "Bearer key"},
        }
    ]


def test_many_texts_go_in_chunks_and_come_back_in_order() -> None:
    session = Session()
    assert _ask(session, ["a", "bb", "ccc", "dddd", "eeeee"]) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert [len(call["json"]["input"]) for call in session.calls] == [2, 2, 1]


def test_no_texts_no_call() -> None:
    session = Session()
    assert _ask(session, []) == []
    assert session.calls == []


@pytest.mark.parametrize("trouble", [429, 500, 503, 408, "hang", "break", "garbage"])
def test_two_failures_in_a_row_are_overcome(trouble: object) -> None:
    session = Session(trouble, trouble)
    assert _ask(session, ["a"]) == [1.0]
    assert len(session.calls) == 3


def test_a_refusal_is_final() -> None:
    session = Session(401)
    with pytest.raises(GatewayDownError, match="401"):
        _ask(session, ["a"])
    assert len(session.calls) == 1


@pytest.mark.parametrize("trouble", [500, "hang"])
def test_an_outage_ends_the_wait(trouble: object) -> None:
    session = Session(lasting=trouble)
    with pytest.raises(GatewayDownError, match="in time"):
        _ask(session, ["a"], SHORT)
    assert len(session.calls) > 2


def test_pauses_grow() -> None:
    session = Session(lasting=500)
    with pytest.raises(GatewayDownError):
        _ask(session, ["a"], SHORT)
    assert 2 <= len(session.calls) <= 6  # after 0.01, 0.02, 0.04, 0.08 and 0.16 seconds


def test_who_waited_behind_an_outage_does_not_wait_again() -> None:
    session = Session(lasting="hang")
    patience = Patience(chunk=1, slots=1, one_call=1.0, altogether=0.1, pause=0.01)

    async def both() -> list[object]:
        gateway = Gateway(session, "u", "k", "m", patience)  # type: ignore[arg-type]
        first = await asyncio.gather(gateway.embed(["a"]), gateway.embed(["b"]), return_exceptions=True)
        session.lasting = None
        return [*first, await gateway.embed(["c"])]

    results = asyncio.run(both())
    assert "in time" in str(results[0])
    assert "waited for its turn" in str(results[1])
    assert np.asarray(results[2]).shape == (1, DIMENSIONS)
    assert len(session.calls) == 2


def test_slots_limit_the_calls_at_once() -> None:
    busy, most = 0, 0

    class Counting(Session):
        def post(self, url: str, **options: Any) -> Any:
            reply = super().post(url, **options)

            async def entered() -> Reply:
                nonlocal busy, most
                busy += 1
                most = max(most, busy)
                await asyncio.sleep(0.01)
                busy -= 1
                return reply

            reply.__class__ = type("Slow", (Reply,), {"__aenter__": lambda _: entered()})
            return reply

    assert len(_ask(Counting(), ["x"] * 12)) == 12
    assert most == 2


def test_retry_after_is_kept() -> None:
    times: list[float] = []

    class Later(Session):
        def post(self, url: str, **options: Any) -> Reply:
            times.append(asyncio.get_running_loop().time())
            reply = super().post(url, **options)
            if reply.status == 429:
                reply.headers = {"retry-after": "1"}
            return reply

    session = Later(429)
    patience = Patience(chunk=2, slots=2, one_call=1.0, altogether=3.0, pause=0.01)
    assert _ask(session, ["a"], patience) == [1.0]
    assert 0.95 <= times[1] - times[0] < 1.5


def _entry(values: np.ndarray, index: object = 0) -> dict[str, object]:
    return {"index": index, "embedding": base64.b64encode(values.astype("<f4").tobytes()).decode()}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"data": None},
        {"data": [{}]},
        {"data": [{"index": 0, "embedding": "?"}]},
        {"data": [_entry(np.ones(DIMENSIONS - 1))]},
        {"data": [_entry(np.full(DIMENSIONS, np.nan))]},
        {"data": []},
        {"data": [_entry(np.ones(DIMENSIONS)), _entry(np.ones(DIMENSIONS), 1)]},
    ],
)
def test_wrong_answers_are_setbacks(body: object) -> None:
    with pytest.raises(SetbackError):
        unpack(json.dumps(body).encode(), 1)


class Source:
    """Vectors of the texts' lengths; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.append(list(texts))
        return np.array([[len(text)] * DIMENSIONS for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)


def _remembering(*questions: list[str], room: int = 10) -> tuple[list[list[float]], list[list[str]]]:
    source = Source()
    memory = Memory(source, room)

    async def asked() -> list[list[float]]:
        return [(await memory.embed(question))[:, 0].tolist() for question in questions]

    return asyncio.run(asked()), source.asked


def test_memory_asks_once() -> None:
    answers, asked = _remembering(["a", "bb", "a"], ["bb", "ccc"], [])
    assert answers == [[1.0, 2.0, 1.0], [2.0, 3.0], []]
    assert asked == [["a", "bb"], ["ccc"], []]


def test_memory_forgets_the_oldest() -> None:
    _, asked = _remembering(["a", "b"], ["a"], ["c"], ["a"], ["b"], room=2)
    assert asked == [["a", "b"], [], ["c"], [], ["b"]]


def test_memory_holds_what_it_has_room_for() -> None:
    check: Callable[..., Any] = _remembering
    assert check(["a", "b"], ["a"], ["b"], room=2)[1] == [["a", "b"], [], []]
