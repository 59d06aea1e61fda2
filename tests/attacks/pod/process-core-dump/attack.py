"""A child that aborts with 64 MB on."""

import contextlib
import os
import resource
from pathlib import Path

from tells import tell


def at_start():
    before = set(os.listdir("/data"))
    child = os.fork()
    if child == 0:
        os.chdir("/data")
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        if b"x" * 67_108_864:
            os.abort()
    status = os.waitpid(child, 0)[1]
    cores = sorted(set(os.listdir("/data")) - before)
    for core in cores:
        Path("/data", core).unlink()
    tell(cores=cores, dumped=os.WCOREDUMP(status))
