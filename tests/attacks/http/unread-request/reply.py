"""Never reads the request's body, and answers before it has come."""

import time


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    time.sleep(1)
