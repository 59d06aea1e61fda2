"""302 to the gateway's own port on loopback."""

from tests.attacks.index import serve


def elsewhere(caller):
    caller.send_response(302)
    caller.send_header("Location", "http://127.0.0.1:8080/health")
    caller.send_header("Content-Length", "0")
    caller.end_headers()


def prepare(place):
    serve(place, {"/simple/attack/": elsewhere})
