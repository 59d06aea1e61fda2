"""Ends its chunks, and sends trailers without end."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
    while True:
        caller.sendall(b"X-A: b\r\n" * 1_000)
