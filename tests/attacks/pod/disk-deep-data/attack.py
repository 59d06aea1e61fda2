"""Down and down, and left there."""

import errno
import os

from tells import tell

NAME = "d" * 200
DEPTH, PATH_MAX = 1_000, 4_096


def at_start():
    home = os.open(".", os.O_RDONLY)
    os.chdir("/data")
    depth, ended = 0, ""
    try:
        while depth < DEPTH:
            if not os.path.isdir(NAME):
                os.mkdir(NAME)
            os.chdir(NAME)
            depth += 1
    except OSError as error:
        ended = errno.errorcode[error.errno]
    os.fchdir(home)
    tell(ended=ended, deeper_than_paths=depth * len(NAME) > PATH_MAX)
