"""Starts the service on 127.0.0.1:$PORT."""

import asyncio
import contextlib
import logging
import signal

from aiohttp import web

from service.config import Settings
from service.protocol import protocol_factory
from service.web import create_app


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    runner = web.AppRunner(create_app(settings))
    await runner.setup()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    listening = await loop.create_server(protocol_factory(runner.server), "127.0.0.1", settings.port, backlog=512)
    await stop.wait()
    listening.close()
    await runner.cleanup()


def main() -> None:
    """Entry point of ``python -m service``."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(serve(Settings.from_environment()))


if __name__ == "__main__":
    main()
