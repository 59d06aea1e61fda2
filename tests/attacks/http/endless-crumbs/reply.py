"""Sends chunks of one byte without end, so that framing costs more than it carries."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        caller.sendall(b"1\r\nx\r\n" * 5_000)
