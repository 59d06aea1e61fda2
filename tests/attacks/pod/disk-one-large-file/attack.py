"""One file."""

import errno
from pathlib import Path

from tells import tell


def at_start():
    path, size, ended = Path("/data/large"), 0, ""
    with path.open("wb", buffering=0) as file:
        try:
            while size < 134_217_728:
                size += file.write(b"x" * 65_536)
        except OSError as error:
            ended = errno.errorcode[error.errno]
    path.unlink()
    tell(ended=ended, bytes=size)
