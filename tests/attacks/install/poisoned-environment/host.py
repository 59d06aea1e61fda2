"""An honest wheel."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {"attack_1.py": "ORIGINAL = True\n"}))
