"""The object was never there."""

from tests.attacks.repositories import Planted


def publish(place):
    return Planted(place).hand_in(("100644", "gone", "1" * 40))
