"""The client of the gateway, against one that fails in every way."""

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import numpy as np
import pytest
import pytest_asyncio

from service.errors import GatewayError, GatewayRefused
from service.gateway import Gateway, Patience
from tests.fakes import meaning

PATIENCE = Patience(attempts=3, call_timeout=0.2, total=2.0, pause=0.01)


@pytest_asyncio.fixture
async def client(gateway):
    connector = aiohttp.UnixConnector(str(gateway.folder / "gateway.socket"), force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Gateway(session, "http://gateway/v1/", "secret", "model")


async def failure(awaitable):
    try:
        await awaitable
    except (GatewayError, GatewayRefused) as error:
        return error
    return None


def reply(*vectors):
    return json.dumps({"data": [{"index": n, "embedding": v} for n, v in enumerate(vectors)]}).encode()


async def test_vectors_come_in_the_order_of_the_texts(client, gateway):
    vectors = await client.embed(["car", "sea"], 1)
    assert len(vectors) == 2
    assert np.allclose(vectors[0], meaning("car"), atol=1e-6)
    assert np.allclose(vectors[1], meaning("sea"), atol=1e-6)
    assert gateway.calls == [("Bearer secret", {"model": "model", "input": ["car", "sea"]})]


async def test_vectors_get_unit_length(client, gateway):
    gateway.faults = [reply([2.0] + [0.0] * 383)]
    assert (await client.embed(["a"], 1))[0][0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "fault",
    [
        "hang",
        500,
        503,
        429,
        401,
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"data": []}',
        b'{"data": null}',
        b'{"data": [{}]}',
        reply([1.0] * 383),
        reply([0.0] * 384),
        reply([float("nan")] * 384),
        reply(["a"] * 384),
        reply([1.0] * 384, [1.0] * 384),
        b"[" * 100_000,
    ],
)
async def test_every_fault_is_a_gateway_error(client, gateway, fault):
    gateway.faults = [fault]
    assert isinstance(await failure(client.embed(["a"], 0.2)), GatewayError)


@pytest.mark.parametrize("fault", [400, 413, 422])
async def test_refused_texts_are_not_tried_again(client, gateway, fault):
    gateway.lasting = fault
    assert isinstance(await failure(client.embed_patiently(["a"], PATIENCE)), GatewayRefused)
    assert len(gateway.calls) == 1


@pytest.mark.parametrize("faults", [[500, 500], ["hang", "hang"], [429, b"garbage"], [b"{}", "hang"]])
async def test_two_failed_calls_are_survived(client, gateway, faults):
    gateway.faults = faults
    assert await failure(client.embed_patiently(["car"], PATIENCE)) is None
    assert len(gateway.calls) == 3


async def test_a_third_failed_call_is_reported(client, gateway):
    gateway.lasting = 500
    assert isinstance(await failure(client.embed_patiently(["car"], PATIENCE)), GatewayError)
    assert len(gateway.calls) == 3


async def test_retry_after_is_respected(client, gateway):
    gateway.faults, gateway.retry_after = [429], "1"
    began = time.monotonic()
    assert await failure(client.embed_patiently(["car"], PATIENCE)) is None
    assert 1.0 <= time.monotonic() - began < 1.8


async def test_there_is_no_wait_beyond_the_total(client, gateway):
    gateway.faults, gateway.retry_after = [429], "60"
    began = time.monotonic()
    assert isinstance(await failure(client.embed_patiently(["car"], PATIENCE)), GatewayError)
    assert time.monotonic() - began < 1
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(("header", "low", "high"), [("3", 3, 3), ("0", 0, 0), (60, 55, 60), (-60, 0, 0)])
async def test_retry_after_may_be_seconds_or_a_date(client, gateway, header, low, high):
    when = header if isinstance(header, str) else format_datetime(datetime.now(UTC) + timedelta(seconds=header))
    gateway.faults, gateway.retry_after = [429], when
    error = await failure(client.embed(["a"], 1))
    assert low <= error.retry_after <= high


async def test_an_unreadable_retry_after_is_ignored(client, gateway):
    gateway.faults, gateway.retry_after = [429], "soon"
    assert (await failure(client.embed(["a"], 1))).retry_after is None


async def test_no_connection_is_a_gateway_error():
    connector = aiohttp.UnixConnector("/nowhere.socket")
    async with aiohttp.ClientSession(connector=connector) as session:
        gateway = Gateway(session, "http://gateway/v1", "secret", "model")
        assert isinstance(await failure(gateway.embed(["a"], 1)), GatewayError)
