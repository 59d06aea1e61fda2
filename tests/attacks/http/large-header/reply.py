"""Sends a header of 10 MB in one line."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 10_000_000 + b"\r\n\r\n")
