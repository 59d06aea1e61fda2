"""At its first start everything must be empty."""

import os
from pathlib import Path

from tells import tell


def at_start():
    mark = Path("/data/been-here")
    if not mark.exists():
        tell(found=[f"{place}/{name}" for place in ("/tmp", "/dev/shm", "/data") for name in os.listdir(place)])
    mark.touch()
