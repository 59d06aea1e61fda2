"""Sends a chunk whose size is no number."""


def reply(caller, request):
    caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
    while caller.recv(65_536):
        pass
