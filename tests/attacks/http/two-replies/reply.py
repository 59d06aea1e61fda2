"""Sends two replies to one request, the second as if it answered the next one."""

import socket


def reply(caller, request):
    one = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    caller.sendall(one + b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" * 20)
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):
        pass
