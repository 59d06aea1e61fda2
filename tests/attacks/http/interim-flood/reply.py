"""Answers with 100 Continue without end."""


def reply(caller, request):
    while True:
        caller.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)
