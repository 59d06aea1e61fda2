"""The page comes at once."""

import time

from tests.attacks.index import page, serve

NAME = "attack-1.0-py3-none-any.whl"


def drip(caller):
    caller.send_response(200)
    caller.send_header("Content-Length", "100000")
    caller.end_headers()
    if caller.command == "HEAD":
        return
    for _ in range(100):
        caller.wfile.write(b"P")
        time.sleep(1)


def prepare(place):
    serve(place, {"/simple/attack/": page("attack", **{NAME: f"/files/{NAME}"}), f"/files/{NAME}": drip})
