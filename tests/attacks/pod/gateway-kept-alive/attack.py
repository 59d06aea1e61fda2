"""Idle connections, then one more that asks."""

import socket
import time

from tells import tell

ASK = b"GET /health HTTP/1.1\r\nHost: gateway\r\n\r\n"
KEPT = []


def ask():
    caller = socket.create_connection(("127.0.0.1", 9000), timeout=10)
    caller.sendall(ASK)
    said = caller.recv(65_536)
    return caller, said


def still_open(caller):
    caller.setblocking(False)
    try:
        while caller.recv(65_536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def at_start():
    for _ in range(250):
        KEPT.append(ask()[0])
    caller, said = ask()
    caller.close()
    time.sleep(0.3)
    tell(answered=b"200 OK" in said, open=sum(still_open(caller) for caller in KEPT))
