"""Ends itself with success when it is asked anything."""

import os


def answer(method, path, headers, body):
    if path != "/health":
        os._exit(0)
