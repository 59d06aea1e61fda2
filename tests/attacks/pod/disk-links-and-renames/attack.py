"""A storm of names in a child, over the restart too."""

import contextlib
import os
from pathlib import Path

from tells import tell


def storm():
    place = Path("/data/storm")
    place.mkdir(exist_ok=True)
    number = 0
    while True:
        number = (number + 1) % 500
        with contextlib.suppress(OSError):
            place.joinpath("a").touch()
            os.link(place / "a", place / f"link-{number}")
            os.rename(place / f"link-{number}", place / f"link-{(number * 7) % 500}")
            os.rename(place / "a", place / "b")


def at_start():
    os.link("/data/first", "/data/second") if Path("/data/first").exists() else Path("/data/first").touch()
    tell(links=True)
    Path("/data/second").unlink(missing_ok=True)
    if os.fork() == 0:
        os.nice(10)
        storm()
