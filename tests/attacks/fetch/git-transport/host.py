"""A real, honest repository behind git's own daemon."""

from tests.attacks.repositories import Planted


def publish(place):
    return Planted(place).hand_in()
