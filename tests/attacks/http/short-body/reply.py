"""Promises a hundred bytes and sends two."""

import socket


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):
        pass
