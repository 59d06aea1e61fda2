"""Ends its own direction without a word and stays."""

import socket
import time


def reply(caller, request):
    caller.shutdown(socket.SHUT_WR)
    time.sleep(60)
