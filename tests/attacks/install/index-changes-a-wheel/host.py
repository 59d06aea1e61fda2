"""A good wheel of another digest."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {"attack_1.py": "CHANGED = True\n"}), digest="0" * 64)
