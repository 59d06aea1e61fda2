"""Serve on 127.0.0.1:$PORT."""

import os

import uvicorn

from service.app import create_app

uvicorn.run(
    create_app(os.environ.get("DATA_DIR", "data")),
    host="127.0.0.1",
    port=int(os.environ.get("PORT", "8000")),
    log_level="warning",
)
