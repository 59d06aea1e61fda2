"""Sleeps."""

import time

from tests.attacks.index import serve


def prepare(place):
    serve(place, {"/simple/attack/": lambda caller: time.sleep(60)})
