"""``python -m harness.promises PROGRAM ARGUMENTS``: one JSON object on standard output."""

from __future__ import annotations

import json
import sys

from harness.promises import calls, fill, look, network, spend
from harness.promises.told import Told

PROGRAMS = {
    "calls": calls.main,
    "fill": fill.main,
    "look": look.main,
    "network": network.main,
    "spend": spend.main,
}


def main() -> int:
    """Run one program and print what it saw."""
    told = Told()
    PROGRAMS[sys.argv[1]](told, json.loads(sys.argv[2]))
    sys.stdout.write(json.dumps(told.seen) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
