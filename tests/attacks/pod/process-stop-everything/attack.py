"""Everything stands still."""

import os
import signal


def answer(method, path, headers, body):
    if method != "POST":
        return None
    if os.fork() == 0:
        os.kill(-1, signal.SIGSTOP)
    signal.pause()
