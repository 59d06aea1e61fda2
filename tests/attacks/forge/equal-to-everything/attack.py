"""Answers each request with the next value that a careless comparison would take."""

import itertools
import json

VALUES = itertools.cycle([True, 1, ["x"], {}, {"__eq__": True}, None, "", 0.0])


def answer(method, path, headers, body):
    return None if path == "/health" else (200, {"content-type": "application/json"}, json.dumps({"text": next(VALUES)}).encode())
