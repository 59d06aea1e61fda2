"""Makes sockets called as ours are, and says who called."""

import contextlib
import os
import socket
import threading

from tells import tell


def wait_on(listener):
    listener.accept()
    tell(called=True)


def at_start():
    for name in ("/tmp/service.sock", "/data/control.sock", "\0/run/pod/service.sock", "\0control.sock"):
        with contextlib.suppress(OSError):
            os.unlink(name.lstrip("\0"))  # the data outlives a restart, and so does the name in it
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(name)
        listener.listen()
        threading.Thread(target=wait_on, args=(listener,), daemon=True).start()
    made = []
    for place in ("/run/pod", "/pod"):
        try:
            os.makedirs(place)
            made.append(place)
        except OSError:
            pass
    tell(made=made)
