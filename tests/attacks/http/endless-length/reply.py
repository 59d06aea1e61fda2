"""States a length of five hundred digits."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 500 + b"\r\n\r\n{}")
    while caller.recv(65_536):
        pass
