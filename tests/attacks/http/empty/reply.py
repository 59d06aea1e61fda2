"""Sends an empty body with status 200."""

import socket


def reply(caller, request):
    body = b""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    caller.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):  # closing on an unread request would reset the connection, and the reply with it
        pass
