"""Never silent, never done."""

import time

from tests.attacks.index import serve


def drip(caller):
    caller.send_response(200)
    caller.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
    caller.end_headers()
    for _ in range(100):
        caller.wfile.write(b"{")
        time.sleep(1)


def prepare(place):
    serve(place, {"/simple/attack/": drip})
