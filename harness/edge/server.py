"""The edge's two event loops: relay and control socket on one, the gateway on a thread of its own.

The gateway is the candidate's to use, and to flood. Whoever floods it slows its own embeddings; the relay and the
probe's control socket get their turns from the interpreter all the same.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
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
    embedder = Embedder(settings.model_dir, settings.known_dir)
    faults, ledger = Faults(), Ledger()
    gateway = Gateway(key=settings.gateway_key, embedder=embedder, faults=faults, ledger=ledger)
    control = Control(embedder=embedder, faults=faults, ledger=ledger, service_port=settings.service_port)
    loading, serving_gateway = _in_thread(embedder, gateway, listeners.gateway)
    serving: list[asyncio.Future[None]] = [
        loading,
        serving_gateway,
        asyncio.create_task(Relay(listeners.relay, settings.service_port).run()),
        asyncio.create_task(BoundedServer(control).serve([listeners.control])),
    ]
    stopping = asyncio.create_task(stop.wait())
    code = await _watch(serving, stopping, {"gateway_port": settings.gateway_port, "bound_s": bound_s}, started)
    embedder.close()
    return code


def _in_thread(
    embedder: Embedder, gateway: Gateway, listener: socket.socket
) -> tuple[asyncio.Future[None], asyncio.Future[None]]:
    """Serve the gateway on a loop in a thread; futures of this loop for "model loaded" and "gateway ended"."""
    here = asyncio.get_running_loop()
    loaded: asyncio.Future[None] = here.create_future()
    ended: asyncio.Future[None] = here.create_future()

    def tell(future: asyncio.Future[None], error: BaseException | None) -> None:
        def settle() -> None:
            if future.done():
                return
            if error:
                future.set_exception(error)
            else:
                future.set_result(None)

        here.call_soon_threadsafe(settle)

    async def serve() -> None:
        loading = asyncio.create_task(embedder.load())
        loading.add_done_callback(lambda task: tell(loaded, task.exception()))
        await BoundedServer(gateway).serve([listener])

    def run() -> None:
        try:
            asyncio.run(serve())
        except Exception as error:  # noqa: BLE001 - told to the other loop, which ends the process
            tell(ended, error)
        else:
            tell(ended, None)

    threading.Thread(target=run, daemon=True, name="gateway").start()
    return loaded, ended


async def _watch(
    serving: list[asyncio.Future[None]],
    stopping: asyncio.Task[bool],
    ready: dict[str, object],
    started: float,
) -> int:
    """Report readiness, then wait for the signal; anything else that ends is a failure."""
    loading = serving[0]
    running: set[asyncio.Future[None] | asyncio.Task[bool]] = {*serving, stopping}
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
