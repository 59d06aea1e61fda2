"""Serve the index gateway: ``python -m harness.index`` (settings in the environment).

``INDEX_PROTOCOL`` ``simple`` (Python) or ``npm`` · ``INDEX_UPSTREAM`` simple API or registry to stand for ·
``INDEX_BUDGET`` bytes it may pass on in all ·
``INDEX_CA`` CA bundle · ``INDEX_PATIENCE`` seconds a page may take · ``INDEX_PORT``.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import uvicorn

from harness.index.gateway import Gateway, say
from harness.index.npm import NpmGateway


def main() -> int:
    """Run until stopped."""
    kind = {"simple": Gateway, "npm": NpmGateway}[os.environ.get("INDEX_PROTOCOL", "simple")]
    gateway = kind(
        upstream=os.environ["INDEX_UPSTREAM"],
        budget=int(os.environ.get("INDEX_BUDGET", str(1024**3))),
        ca_bundle=os.environ.get("INDEX_CA") or None,
        patience=float(os.environ.get("INDEX_PATIENCE", "30")),
    )
    # Bound before it says so: whoever reads "ready" can connect at once.
    listener = socket.create_server(("0.0.0.0", int(os.environ.get("INDEX_PORT", "8080"))))  # noqa: S104 - one neighbour
    say("ready")
    server = uvicorn.Server(uvicorn.Config(gateway.app(), log_level="warning", access_log=False))
    asyncio.run(server.serve(sockets=[listener]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
