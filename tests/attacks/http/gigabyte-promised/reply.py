"""Promises a gigabyte and sends it."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(16_384):
        caller.sendall(b"x" * 65_536)
