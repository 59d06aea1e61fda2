"""A gateway that knows a few synonyms, and a client; both over Unix sockets, so that no network is needed."""

import asyncio
import contextlib
import json
import os
import re
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from aiohttp import web

from service.config import Settings
from service.protocol import protocol_factory
from service.web import create_app

MEANINGS = [
    {"automobile", "car", "vehicle"},
    {"invoice", "bill", "payment"},
    {"canine", "dog", "puppy"},
    {"ocean", "sea", "water"},
]


def meaning(text: str) -> list[float]:
    """A vector in which synonyms are the same direction."""
    vector = np.zeros(384)
    vector[0] = 0.05
    for word in re.findall(r"\w+", text.lower()):
        group = next((n for n, words in enumerate(MEANINGS) if word in words), None)
        if group is None:
            vector[10 + zlib.crc32(word.encode()) % 374] += 0.3
        else:
            vector[1 + group] += 2.0
    return (vector / np.linalg.norm(vector)).tolist()


class FakeGateway:
    """Answers like the real one, or as ``faults`` (one per call) and then ``lasting`` say."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[Any] = []
        self.lasting: Any = None
        self.retry_after: str | None = None

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append((request.headers.get("Authorization", ""), body))
        fault = self.faults.pop(0) if self.faults else self.lasting
        if fault == "hang":
            await asyncio.sleep(60)
        if isinstance(fault, int):
            headers = {"Retry-After": self.retry_after} if self.retry_after and fault == 429 else {}
            return web.json_response({"error": {"message": "on purpose"}}, status=fault, headers=headers)
        if isinstance(fault, bytes):
            return web.Response(body=fault)
        self.texts += body["input"]
        data = [{"index": n, "embedding": meaning(text)} for n, text in enumerate(body["input"])]
        return web.json_response({"data": data[::-1]})

    async def serve(self, socket: Path) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/v1/embeddings", self.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(socket)).start()
        return runner


class Api:
    """The service with a client. ``restart`` forgets everything that is not on disk."""

    def __init__(self, folder: Path, gateway: FakeGateway) -> None:
        self.folder = folder
        self.gateway = gateway
        self._cleanups: list[Any] = []

    @property
    def socket(self) -> str:
        return str(self.folder / "service.socket")

    async def start(self) -> None:
        settings = Settings(0, self.folder / "data", "http://gateway/v1", "secret", "model")
        upstream = aiohttp.UnixConnector(str(self.folder / "gateway.socket"), force_close=True)
        runner = web.AppRunner(create_app(settings, upstream), shutdown_timeout=0.1)
        await runner.setup()
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(protocol_factory(runner.server), self.socket)
        self._session = aiohttp.ClientSession(connector=aiohttp.UnixConnector(self.socket, force_close=True))
        self._cleanups = [self._session.close, runner.cleanup]
        self._server = server

    async def stop(self) -> None:
        self._server.close()
        for cleanup in self._cleanups:
            await cleanup()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def send(self, method: str, path: str, value: Any = None, raw: bytes | None = None) -> tuple[int, Any]:
        body = raw if raw is not None else None if value is None else json.dumps(value).encode()
        async with self._session.request(method, f"http://service{path}", data=body) as reply:
            content = await reply.read()
            return reply.status, json.loads(content) if content else None

    async def raw(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self.socket)
        writer.write(request)
        reply = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return reply

    async def put(self, document_id: str, text: str, title: str = "Title", **metadata: Any) -> int:
        body = {"title": title, "text": text, "metadata": metadata}
        return (await self.send("PUT", f"/documents/{document_id}", body))[0]

    async def search(self, query: str, **more: Any) -> list[dict[str, Any]]:
        status, body = await self.send("POST", "/search", {"query": query, **more})
        assert status == 200, body
        return body["results"]

    async def ids(self, query: str, **more: Any) -> list[str]:
        return [result["id"] for result in await self.search(query, **more)]


async def until(condition: Any, seconds: float = 5.0) -> bool:
    """Whether an async condition comes true in time."""
    for _ in range(int(seconds / 0.05)):
        if await condition():
            return True
        await asyncio.sleep(0.05)
    return False


def unit(*values: float) -> np.ndarray:
    """A vector of 384 dimensions that begins like this."""
    vector = np.zeros(384, dtype=np.float32)
    vector[: len(values)] = values
    return vector
