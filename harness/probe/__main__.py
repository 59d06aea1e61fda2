"""``python -m harness.probe --in /pod/in --out /pod/out --phase main``.

Exit code 0: the results file is there. Anything else: it is not, and the phase did not happen.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from harness.probe.plan import PlanError
from harness.probe.runner import run_phase


def main() -> int:
    """Run one phase as the command line says."""
    parser = argparse.ArgumentParser(prog="probe", description="Run the hidden checks of one phase.")
    parser.add_argument("--in", dest="inbox", type=Path, required=True, help="plan and hidden checks")
    parser.add_argument("--out", dest="outbox", type=Path, required=True, help="results and state")
    parser.add_argument("--phase", default="main", help="which plan to run")
    arguments = parser.parse_args()
    try:
        run_phase(arguments.inbox, arguments.outbox, arguments.phase)
    except PlanError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's own message
        return 2
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a thread that a check left behind must not hold the process
