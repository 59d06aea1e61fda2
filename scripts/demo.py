"""``make demo``: grade the reference solution and a weak one, each from a git URL, and show both."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from grader import pipeline
from grader.challenge import load_challenge
from grader.console import ConsoleProgress, show_error, show_gradings
from grader.errors import GraderError
from grader.settings import read_settings
from grader.validation.ladder import LOCAL, solution_files
from grader.validation.publish import bare_repository, served

CHALLENGE, SOLUTIONS = "semantic-search", ("reference", "lexical-only")


def main() -> int:
    """Serve both repositories on loopback, grade them, print the table."""
    console = Console()
    folder = load_challenge(CHALLENGE)
    out = Path("out") / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    rows = []
    with tempfile.TemporaryDirectory(prefix="grader-demo-") as temporary:
        for name in SOLUTIONS:
            bare_repository(solution_files(folder, name), Path(temporary) / f"{name}.git")
        with served(Path(temporary)) as address:
            for name in SOLUTIONS:
                console.rule(f"{name}: {address}/{name}.git", align="left")
                began = time.monotonic()
                request = pipeline.Request(
                    url=f"{address}/{name}.git", challenge=CHALLENGE, out=out / name, policy=LOCAL
                )
                graded = pipeline.grade(request, read_settings(), ConsoleProgress(console))
                console.print(f"graded in {time.monotonic() - began:.1f} s", highlight=False)
                rows.append((name, graded.scorecard, graded.out))
    console.rule("scores", align="left")
    show_gradings(console, rows)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except GraderError as error:
        show_error(Console(stderr=True), error)
        sys.exit(error.exit_code)
