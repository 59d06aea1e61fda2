"""Fixtures: a gateway and a service that talks to it."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from service import embedder, queries
from service.gateway import Patience
from tests.fakes import Api, FakeGateway


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same number of attempts as in production, but short waits."""
    monkeypatch.setattr(queries, "USUAL", Patience(attempts=3, call_timeout=0.3, total=3.0, pause=0.01))
    monkeypatch.setattr(queries, "IN_OUTAGE", Patience(attempts=3, call_timeout=0.25, total=3.0, pause=0.01))
    monkeypatch.setattr(embedder, "CALL_TIMEOUT", 0.4)
    monkeypatch.setattr(embedder, "PROBE_TIMEOUT", 0.2)
    monkeypatch.setattr(embedder, "OUTAGE_WAIT", 0.3)
    monkeypatch.setattr(embedder, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(embedder, "LONGEST_PAUSE", 0.1)


@pytest_asyncio.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    fake = FakeGateway()
    with tempfile.TemporaryDirectory() as folder:  # short path: a Unix socket's has at most 107 bytes
        fake.folder = Path(folder)
        runner = await fake.serve(fake.folder / "gateway.socket")
        yield fake
        await runner.cleanup()


@pytest_asyncio.fixture
async def api(gateway: FakeGateway) -> AsyncIterator[Api]:
    service = Api(gateway.folder, gateway)
    await service.start()
    yield service
    await service.stop()
