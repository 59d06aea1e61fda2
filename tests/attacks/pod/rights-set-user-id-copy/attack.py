"""A copy of a shell."""

import contextlib
import shutil
import subprocess
from pathlib import Path

from tells import tell


def at_start():
    given, ran = [], []
    for place in ("/tmp", "/dev/shm", "/data"):
        copy = Path(place, "shell")
        shutil.copyfile("/bin/sh", copy)
        copy.chmod(0o6755)
        with contextlib.suppress(OSError):
            shutil.chown(copy, "root", "root")
            given.append(place)
        with contextlib.suppress(OSError):
            subprocess.run([copy, "-c", "true"], check=True)
            ran.append(place)
        copy.unlink()
    tell(given=given, ran=ran)
