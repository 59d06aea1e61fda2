"""Sends chunks of one byte, each with four kilobytes of extensions."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        caller.sendall((b"1;" + b"e=" + b"x" * 4_000 + b"\r\nx\r\n") * 20)
