"""To the brim."""

import errno
from pathlib import Path

from tells import tell

PLACE, HALF = Path("/tmp"), 16_777_216


def at_start():
    size, ended = 0, ""
    try:
        while size < 40 * HALF:
            size += PLACE.joinpath(f"file-{size}").write_bytes(b"x" * 65_536)
    except OSError as error:
        ended = errno.errorcode[error.errno]
    for path in PLACE.glob("file-*"):
        path.unlink()
    tell(ended=ended, bytes=size, usable=size > HALF)
