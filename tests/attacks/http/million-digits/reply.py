"""Sends a whole number of a million digits."""

import socket

BODY = b'{"a": ' + b"9" * 1_000_000 + b"}"


def reply(caller, request):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    caller.sendall(head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):  # closing on an unread request would reset the connection, and the reply with it
        pass
