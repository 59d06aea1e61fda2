"""Sends header lines without end."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        caller.sendall(b"X-A: b\r\n" * 1_000)
