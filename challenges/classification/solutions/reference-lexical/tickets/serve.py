"""``python -m tickets.serve``: the service."""

from __future__ import annotations

import logging
import sys

import uvicorn

from tickets.api import create_app
from tickets.settings import SettingsError, service_settings
from tickets.store import StoreError, load

_LOG = logging.getLogger("tickets.serve")
HOST = "127.0.0.1"


def main() -> int:
    """Serve until stopped; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        settings = service_settings()
        model = load(settings.data_dir)
    except (SettingsError, StoreError) as error:
        _LOG.error("The service cannot start: %s", error)
        return 1
    uvicorn.run(create_app(model), host=HOST, port=settings.port, log_level="warning", access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
