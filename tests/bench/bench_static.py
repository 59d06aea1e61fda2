"""``make bench``, second part: static analysis of 1,000, 10,000 and 50,000 lines in its container.

The trees are this project's own modules, repeated under other names until the lines are there, two thirds of
them Python and one third TypeScript. Medians; what counts is the ratio to the service's checks, beside which it runs.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from grader.challenge import load_challenge
from grader.gather.static import gather_static, own_work
from grader.limits import Limits
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import Engine
from grader.sandbox.images import ensure_images
from grader.sandbox.pod import fill_volume, tree_files
from grader.sandbox.runs import live_run
from grader.settings import read_settings

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SIZES = (1_000, 10_000, 50_000)
SCRIPT = (ROOT / "tests/repos/with-typescript/web/src/client.ts").read_text("utf-8")


def make_tree(folder: Path, lines: int) -> int:
    """Write about so many lines of source; returns how many it were."""
    sources = [path.read_text("utf-8") for path in sorted((ROOT / "grader").rglob("*.py"))]
    written = number = 0
    while written < lines:
        python = number % 9 != 8
        text = sources[number % len(sources)] if python else SCRIPT * 8
        (folder / f"module_{number}.{'py' if python else 'ts'}").write_text(text, "utf-8")
        written, number = written + text.count("\n"), number + 1
    return written


def main() -> int:
    """Analyse each size a few times and print the medians."""
    settings = read_settings()
    own = own_work(load_challenge("semantic-search"))
    print("\nstatic analysis in its container (start, reading, clean-up), seconds")
    print(f"{'lines':>8}{'median':>9}{'worst':>9}{'findings':>10}")
    with Engine() as engine:
        images = ensure_images(engine, settings, print)
        with live_run(settings) as run_id:
            sandbox = DockerSandbox(engine, run_id, host=settings.host_id(), runtime=settings.runtime)
            try:
                for size in SIZES:
                    with tempfile.TemporaryDirectory() as temporary:
                        lines = make_tree(Path(temporary), size)
                        files = tree_files(Path(temporary), "app")
                        volume = fill_volume(sandbox, images, Limits(), f"source-{size}", files)
                    times = []
                    for _ in range(ROUNDS):
                        began = time.monotonic()
                        evidence = gather_static(sandbox, images, Limits(), volume, own)
                        times.append(time.monotonic() - began)
                    row = f"{statistics.median(times):>9.2f}{max(times):>9.2f}{evidence.findings_total:>10}"
                    print(f"{lines:>8}{row}")
            finally:
                sandbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
