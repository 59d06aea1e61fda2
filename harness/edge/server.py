"""The edge's one event loop: gateway, relay and control socket, and the encoder behind them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import time

from harness.edge.control import Control
from harness.edge.embedder import Embedder
from harness.edge.faults import Faults
from harness.edge.gateway import Gateway
from harness.edge.http_server import BoundedServer
from harness.edge.ledger import Ledger
from harness.edge.listeners import Listeners
from harness.edge.relay import Relay
from harness.edge.settings import MODEL_ID, Settings


def run(settings: Settings, listeners: Listeners, *, started: float, bound_s: float) -> int:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: of this pod.
        listeners: bound by the caller.
        started: ``time.monotonic()`` at the process's start.
        bound_s: how long binding took, for the ready line.

    Returns:
        The exit code: 0, or 1 when the model cannot be loaded.
    """
    # A stranger's malformed requests are no news; uvicorn would log each one.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    code = asyncio.run(_serve(settings, listeners, started, bound_s))
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: that would wait for a text that is still being encoded.
    os._exit(code)


async def _serve(settings: Settings, listeners: Listeners, started: float, bound_s: float) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    embedder = Embedder(settings.model_dir)
    faults, ledger = Faults(), Ledger()
    gateway = Gateway(key=settings.gateway_key, embedder=embedder, faults=faults, ledger=ledger)
    control = Control(embedder=embedder, faults=faults, ledger=ledger, service_port=settings.service_port)
    serving = [
        asyncio.create_task(embedder.load()),
        asyncio.create_task(Relay(listeners.relay, settings.service_port).run()),
        asyncio.create_task(BoundedServer(gateway).serve([listeners.gateway])),
        asyncio.create_task(BoundedServer(control).serve([listeners.control])),
    ]
    stopping = asyncio.create_task(stop.wait())
    code = await _watch(serving, stopping, {"gateway_port": settings.gateway_port, "bound_s": bound_s}, started)
    embedder.close()
    return code


async def _watch(
    serving: list[asyncio.Task[None]],
    stopping: asyncio.Task[bool],
    ready: dict[str, object],
    started: float,
) -> int:
    """Report readiness, then wait for the signal; anything else that ends is a failure."""
    loading = serving[0]
    running: set[asyncio.Task[None] | asyncio.Task[bool]] = {*serving, stopping}
    while True:
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        if stopping in done:
            return 0
        error = next((task.exception() for task in done if task.exception()), None)
        if error is not None or done != {loading}:
            sys.stderr.write(json.dumps({"event": "failed", "message": str(error)[:500]}) + "\n")
            return 1
        ready_s = round(time.monotonic() - started, 3)
        line = {"event": "ready", "encoder": MODEL_ID, **ready, "ready_s": ready_s}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
