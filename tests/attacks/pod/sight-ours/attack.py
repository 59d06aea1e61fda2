"""By path, and by a search of everything that can be read."""

import os
from pathlib import Path

from tells import tell

PLACES = ("/pod", "/run/pod", "/held", "/opt/grader", "/opt/model", "/job", "/into", "/var/lib/docker", "/proc/1/root/pod", "/proc/1/cwd/hidden")
OURS = ("plan-main.json", "results-main.json", "test_echo.py", "control.sock", "service.sock", "challenge.toml", "service-gone")


def at_start():
    found = []
    for folder, folders, names in os.walk("/"):
        folders[:] = [name for name in folders if Path(folder, name) not in (Path("/proc"), Path("/sys"))]
        found += [f"{folder}/{name}" for name in [*names, *folders] if name in OURS]
    tell(seen=[place for place in PLACES if Path(place).exists()], found=found)
