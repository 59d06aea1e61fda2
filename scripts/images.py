"""``make images``: make every image of ours that the engine lacks, and say so."""

from __future__ import annotations

import sys

from rich.console import Console

from grader.console import show_error
from grader.errors import GraderError
from grader.sandbox.engine import Engine
from grader.sandbox.images import ensure_images
from grader.settings import read_settings


def main() -> int:
    """Make the images; 3 when one cannot be made."""
    try:
        with Engine() as engine:
            ensure_images(engine, read_settings(), print)
    except GraderError as error:
        show_error(Console(stderr=True), error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
