"""200 MB of zeros where 32 MB is the most."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {"attack/zeros": bytes(200 << 20)}))
