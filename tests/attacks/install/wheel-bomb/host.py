"""A hundred files of zeros."""

from tests.attacks.index import offer, wheel

ZEROS = bytes(20 << 20)


def prepare(place):
    offer(place, "attack", wheel("attack", {f"attack/zeros{number}": ZEROS for number in range(100)}))
