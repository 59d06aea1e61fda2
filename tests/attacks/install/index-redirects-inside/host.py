"""302 to a port that nobody may reach."""

from tests.attacks.index import bridge, serve


def prepare(place):
    port = dict(map(tuple, place.targets))[bridge(place)]

    def elsewhere(caller):
        caller.send_response(302)
        caller.send_header("Location", f"http://{bridge(place)}:{port}/simple/attack/")
        caller.send_header("Content-Length", "0")
        caller.end_headers()

    serve(place, {"/simple/attack/": elsewhere})
