"""Reading request bodies and JSON that a stranger wrote."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

SWALLOWED_BODIES = 8
"""How many times the cap is still read, unkept: a client that can't finish sending doesn't read the answer."""


class BodyTooLargeError(Exception):
    """The body is longer than the cap."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


async def read_body(request: Request, *, most: int, seconds: float) -> bytes:
    """The whole body.

    Raises:
        BodyTooLargeError: it is longer than ``most`` bytes.
        TimeoutError: it took longer than ``seconds``.
        starlette.requests.ClientDisconnect: the client left.
    """
    kept = bytearray()
    size = 0
    async with asyncio.timeout(seconds):
        async for chunk in request.stream():
            size += len(chunk)
            if size <= most:
                kept += chunk
            elif size > most * SWALLOWED_BODIES:
                break
    if size > most:
        raise BodyTooLargeError(size)
    return bytes(kept)


def parse_json(body: bytes) -> object:
    """The JSON document; raises ``ValueError`` for anything else, 200,000 nested lists included."""
    try:
        document: object = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return document
