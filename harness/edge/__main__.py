"""Entry point: bind everything first, import the rest afterwards.

The candidate's service may start as soon as the ports are ours. Binding takes milliseconds, the
web and numeric libraries take tenths of a second; early connections wait in the listen queue.
"""

from __future__ import annotations

import json
import os
import sys
import time

from harness.edge.listeners import bind_all
from harness.edge.settings import SettingsError, read_settings

# One thread per matrix product: sums are then always taken in the same order, and the encoder's
# own pool decides how many cores are used. Both libraries read these once, when first imported.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"}


def main() -> int:
    """Run the edge until SIGTERM; 0 on a clean end, 1 when it cannot start, 2 when told too little."""
    started = time.monotonic()
    try:
        settings = read_settings(os.environ)
        listeners = bind_all(settings)
    except (SettingsError, OSError) as error:
        sys.stderr.write(json.dumps({"event": "failed", "message": str(error)}) + "\n")
        return 2 if isinstance(error, SettingsError) else 1
    bound_s = round(time.monotonic() - started, 3)
    os.environ.update(ONE_THREAD)

    from harness.edge.server import run  # noqa: PLC0415 - slow to import, so only after binding

    return run(settings, listeners, started=started, bound_s=bound_s)


if __name__ == "__main__":
    sys.exit(main())
