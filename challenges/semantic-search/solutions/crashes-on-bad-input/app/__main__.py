"""``python -m app``: serve on 127.0.0.1:$PORT."""

import logging
import os

import uvicorn

from app.web import create_app
from app.settings import read_settings

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
logging.getLogger("httpx").setLevel(logging.WARNING)
settings = read_settings(os.environ)
uvicorn.run(create_app(settings), host="127.0.0.1", port=settings.port, log_level="warning")
