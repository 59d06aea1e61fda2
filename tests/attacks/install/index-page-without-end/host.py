"""Valid to the last byte that anybody reads."""

from tests.attacks.index import serve


def endless(caller):
    caller.send_response(200)
    caller.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
    caller.end_headers()
    caller.wfile.write(b'{"meta": {"api-version": "1.0"}, "name": "attack", "files": [')
    while True:
        caller.wfile.write(b'{"filename": "a", "url": "a", "hashes": {}},' * 10_000)


def prepare(place):
    serve(place, {"/simple/attack/": endless})
