"""Answers with 103 Early Hints ten times a second, for ever."""

import time


def reply(caller, request):
    while True:
        caller.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        time.sleep(0.1)
