"""Down and down."""

import errno
import os

from tells import tell

NAME = "d" * 200


def at_start():
    home = os.open(".", os.O_RDONLY)
    os.chdir("/tmp")
    depth, ended = 0, ""
    try:
        while depth < 10_000:
            os.mkdir(NAME)
            os.chdir(NAME)
            depth += 1
    except OSError as error:
        ended = errno.errorcode[error.errno]
    os.fchdir(home)
    tell(ended=ended, depth=depth)
