"""Speaks just enough of the git protocol to say ERR."""

import socket
import threading

SAID = b"ERR fatal: No space left on device \x1b[2J\x1b]0;owned\x07"


def answer(listener):
    while True:
        try:
            caller = listener.accept()[0]
        except OSError:
            return
        with caller:
            caller.recv(4096)
            caller.sendall(b"%04x%s" % (len(SAID) + 4, SAID))


def publish(place):
    listener = place.closing.enter_context(socket.create_server(("127.0.0.1", 0)))
    place.closing.callback(listener.shutdown, socket.SHUT_RDWR)
    threading.Thread(target=answer, args=(listener,), daemon=True).start()
    return f"git://127.0.0.1:{listener.getsockname()[1]}/work.git"
