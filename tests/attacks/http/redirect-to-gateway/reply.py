"""Redirects every request to the gateway's port."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9000/health\r\nContent-Length: 0\r\n\r\n")
    while caller.recv(65_536):
        pass
