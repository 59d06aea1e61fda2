"""Every file of every control group in sight, and what else /sys would obey."""

import contextlib
import os
from pathlib import Path

from tells import tell

MORE = ("/sys/kernel/uevent_helper", "/sys/power/state", "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/module/kernel/parameters/panic")


def at_start():
    written, made = [], []
    root = Path("/sys/fs/cgroup")
    files = [Path(folder, name) for folder, _, names in os.walk(root) for name in names]
    for path in [*files, *map(Path, MORE)]:
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_WRONLY))
            written.append(str(path))
    for folder in {path.parent for path in files} | {root}:
        with contextlib.suppress(OSError):
            folder.joinpath("mine").mkdir()
            made.append(str(folder))
    tell(written=written, made=made)
