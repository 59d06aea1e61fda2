"""Starts the service on 127.0.0.1:$PORT."""

import os

import uvicorn

from service.app import app

uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), log_level="warning")
