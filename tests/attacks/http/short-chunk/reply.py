"""Ends in the middle of a chunk."""

import socket


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}")
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):
        pass
