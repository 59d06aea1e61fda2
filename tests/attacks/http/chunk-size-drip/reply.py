"""Sends the digits of one chunk's size, a zero every tenth of a second."""

import time


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        caller.sendall(b"0")
        time.sleep(0.1)
