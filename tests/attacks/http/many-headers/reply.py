"""Sends five thousand headers."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_000 + b"Content-Length: 2\r\n\r\n{}")
