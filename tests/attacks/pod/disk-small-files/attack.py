"""One byte each."""

import contextlib
from pathlib import Path

from tells import tell


def at_start():
    pages = 0
    for place in ("/tmp", "/dev/shm", "/data"):
        made = []
        with contextlib.suppress(OSError):
            for number in range(20_000):
                made.append(Path(place, f"tiny-{number}"))
                made[-1].write_bytes(b"x")
                pages += 1
        for path in made:
            path.unlink(missing_ok=True)
    tell(pages=pages)
