"""The listening socket of the service is shut, by its descriptor."""

import os
import socket
import stat


def answer(method, path, headers, body):
    if method != "POST":
        return None
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                held = socket.socket(fileno=os.dup(number))
                held.shutdown(socket.SHUT_RDWR)
                held.close()
        except OSError:
            continue
    while True:
        os.sched_yield()
