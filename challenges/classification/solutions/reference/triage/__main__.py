"""``python -m triage train`` and ``python -m triage serve``."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from triage import bundle, server
from triage.desk import Desk
from triage.gateway import SERVING, TRAINING, Gateway, GatewayDownError, Patience
from triage.ledger import LedgerError
from triage.memory import Memory
from triage.training import train

_LOG = logging.getLogger("triage")


@asynccontextmanager
async def gateway(env: Mapping[str, str], patience: Patience) -> AsyncIterator[Gateway]:
    """A connected gateway."""
    async with aiohttp.ClientSession() as session:
        yield Gateway(session, env["EMBEDDINGS_URL"], env["EMBEDDINGS_API_KEY"], env["EMBEDDINGS_MODEL"], patience)


async def run_training(env: Mapping[str, str]) -> None:
    """Train and store."""
    async with gateway(env, TRAINING) as source:
        model, result = await train(Path(env["TRAINING_DIR"]), source)
    bundle.write(model, Path(env["DATA_DIR"]))
    _LOG.info("%s with %s", result, model.voices)


def run_service(env: Mapping[str, str]) -> None:
    """Serve until stopped."""
    model = bundle.read(Path(env["DATA_DIR"]))
    port = int(env["PORT"])
    app = server.build()

    async def connected(running: web.Application) -> AsyncIterator[None]:
        async with gateway(env, SERVING) as source:
            running[server.DESK] = Desk(model, Memory(source))
            yield

    app.cleanup_ctx.append(connected)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def main(arguments: list[str], env: Mapping[str, str] = os.environ) -> int:
    """The exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        if arguments == ["train"]:
            asyncio.run(run_training(env))
        elif arguments == ["serve"]:
            run_service(env)
        else:
            _LOG.error("Say train or serve.")
            return 2
    except (LedgerError, GatewayDownError, bundle.BundleError) as error:
        _LOG.error("%s", error)
        return 1
    except KeyError as error:
        _LOG.error("The variable %s is not set.", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
