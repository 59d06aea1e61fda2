"""Prints forged results; every answer is wrong."""

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


def at_start():
    print(json.dumps(FORGED), json.dumps({"event": "ready"}), json.dumps({"ok": True, "stage": "done"}), sep="\n", flush=True)


def answer(method, path, headers, body):
    return None if path == "/health" else (203, {}, b'{"text": "wrong"}')
