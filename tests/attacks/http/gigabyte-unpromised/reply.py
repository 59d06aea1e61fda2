"""Sends a gigabyte without any length, until the connection closes."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(16_384):
        caller.sendall(b"x" * 65_536)
