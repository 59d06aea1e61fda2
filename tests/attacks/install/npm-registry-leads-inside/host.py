"""A port that listens on every address here."""

from tests.attacks.index import bridge
from tests.attacks.registry import archive, offer


def prepare(place):
    port = dict(map(tuple, place.targets))[bridge(place)]
    offer(place, archive({}), address=f"http://{bridge(place)}:{port}/attack.tgz")
