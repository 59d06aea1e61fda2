"""A daemon that keeps the note: double fork, own session, deaf."""

import contextlib
import json
import os
import signal
import socket
import time

PLACE = "\0survivor"


def survive():
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    note = b"nothing"
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(PLACE)
        except OSError:
            os._exit(0)  # the one before is still there
        listener.listen()
        while True:
            with contextlib.suppress(OSError), listener.accept()[0] as caller:
                said = caller.recv(65_536)
                note = said if said != b"?" else note
                caller.sendall(note)


def at_start():
    child = os.fork()
    if child == 0:
        survive()
    os.waitpid(child, 0)


def ask(words):
    for _ in range(50):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
            caller.connect(PLACE)
            caller.sendall(words)
            return caller.recv(65_536)
        time.sleep(0.02)
    return b"nobody"


def answer(method, path, headers, body):
    if path != "/notes":
        return None
    if method == "PUT":
        ask(json.loads(body)["text"].encode())
        return 200, {}, b"{}"
    return 200, {}, json.dumps({"text": ask(b"?").decode()}).encode()
