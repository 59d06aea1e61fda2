"""States a negative length."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}")
    while caller.recv(65_536):
        pass
