"""Sends 20 MB of zeros as 20 kB of gzip, as if it had been asked for."""

import gzip
import socket

BODY = gzip.compress(bytes(20_000_000))


def reply(caller, request):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    caller.sendall(head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):  # closing on an unread request would reset the connection, and the reply with it
        pass
