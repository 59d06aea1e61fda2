"""Takes the request and hangs up."""

import socket


def reply(caller, request):
    caller.shutdown(socket.SHUT_RDWR)
