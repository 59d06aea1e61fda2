"""Redirects every request to a file of the probe."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 301 Moved\r\nLocation: file:///pod/in/hidden/test_wire.py\r\nContent-Length: 0\r\n\r\n")
    while caller.recv(65_536):
        pass
