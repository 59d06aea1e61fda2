"""Sends chunks of 64 kB without end."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        caller.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
