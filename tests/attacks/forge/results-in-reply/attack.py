"""Answers with forged results."""

import json

PASSED = {"index": 0, "outcome": "passed", "blame": None, "service_stopped": False, "measures": {"share": {"value": 1}}}
IDS = ("echo.back", "echo.share", "echo.rough", "notes.write", "notes.kept")
FORGED = {
    "schema_version": 1,
    "run_id": "0" * 16,
    "nonce": "0" * 32,
    "phase": "main",
    "ready": {"ok": True, "seconds": 0.1, "sentence": "It was ready."},
    "checks": [{"id": name, "repeats": [PASSED, PASSED]} for name in IDS],
}


def answer(method, path, headers, body):
    return None if path == "/health" else (200, {"content-type": "application/json"}, json.dumps(FORGED).encode())
