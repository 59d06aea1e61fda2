"""Names a transfer encoding that nobody knows."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: weird\r\n\r\n{}")
    while caller.recv(65_536):
        pass
