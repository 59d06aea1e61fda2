"""Says that it is pip."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {}, metadata="Metadata-Version: 2.1\nName: pip\nVersion: 99.0\n"))
