"""Rewrites results files in every place it can write to, in the background, for as long as it lives."""

import contextlib
import json
import os
import threading
import time
from pathlib import Path

from tells import tell

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
PLACES = ("/pod/out", "/pod/in", "/run/pod", "/job/out", "/data", "/tmp", "/dev/shm", "/srv/app", "/env/py", "/held", "/proc/1/root/pod/out")


def rewrite():
    while True:
        for place in PLACES:
            for phase in ("main", "restart", "rough"):
                with contextlib.suppress(OSError):
                    Path(place, f"results-{phase}.json").write_text(json.dumps(FORGED | {"phase": phase}))
        time.sleep(0.01)


def at_start():
    written = []
    for place in PLACES:
        with contextlib.suppress(OSError):
            os.makedirs(place, exist_ok=True)
            Path(place, "results-main.json").write_text(json.dumps(FORGED))
            written.append(place)
    tell(written=written)
    threading.Thread(target=rewrite, daemon=True).start()


def answer(method, path, headers, body):
    return None if path == "/health" else (203, {}, b'{"text": "wrong"}')
