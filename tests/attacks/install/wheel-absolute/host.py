"""The same without climbing."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {"/env/py/mark-absolute": "ran", "/job/out/mark-absolute": "ran"}))
