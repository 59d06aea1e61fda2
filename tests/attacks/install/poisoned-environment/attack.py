"""Writes, removes, renames and changes whatever it finds under /env."""

import os
from pathlib import Path

from tells import tell


def tries(place):
    yield lambda: (place / "poison.pth").write_text("import poison")
    yield lambda: (place / "poison").mkdir()
    yield lambda: place.chmod(0o777)
    yield lambda: os.utime(place)
    yield lambda: place.rename(place.with_name("away"))
    if place.is_file():
        yield lambda: place.write_text("changed")
        yield place.unlink


def at_start():
    changed = set()
    for place in [Path("/env"), *Path("/env").rglob("*")]:
        for attempt in tries(place):
            try:
                attempt()
                changed.add(str(place))
            except OSError:
                continue
    tell(changed=sorted(changed)[:5])
