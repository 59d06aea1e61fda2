"""Takes the request and never answers."""

import time


def reply(caller, request):
    time.sleep(60)
