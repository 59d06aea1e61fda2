"""The page is honest but for the address."""

from tests.attacks.index import bridge, page, serve


def prepare(place):
    port = dict(map(tuple, place.targets))[bridge(place)]
    name = "attack-1.0-py3-none-any.whl"
    serve(place, {"/simple/attack/": page("attack", **{name: f"http://{bridge(place)}:{port}/{name}"})})
