"""A very long description."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {}, metadata="Metadata-Version: 2.1\nName: attack\nVersion: 1.0\n\n" + "x" * (300 << 20)))
