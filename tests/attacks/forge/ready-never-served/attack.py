"""Says that it is ready and waits."""

import time


def at_start():
    print('{"event": "ready"}', "Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", sep="\n", flush=True)
    time.sleep(600)
