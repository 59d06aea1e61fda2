"""Sets a hundred cookies, and answers an error to whoever sends one back."""

import socket


def reply(caller, request):
    if b"cookie:" in request.lower():
        caller.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    else:
        head = b"HTTP/1.1 200 OK\r\n" + b"".join(b"Set-Cookie: a%d=b\r\n" % n for n in range(100))
        caller.sendall(head + b"Content-Length: 2\r\n\r\n{}")
    caller.shutdown(socket.SHUT_WR)
    while caller.recv(65_536):
        pass
