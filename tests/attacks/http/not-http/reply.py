"""Answers with the beginning of a TLS handshake."""


def reply(caller, request):
    caller.sendall(b"\x16\x03\x01\x02\x00 hello\r\n\r\n")
    while caller.recv(65_536):
        pass
