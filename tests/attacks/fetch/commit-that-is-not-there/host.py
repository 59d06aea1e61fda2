"""An id of ones."""

from tests.attacks.repositories import Planted


def publish(place):
    place.arguments += ["--commit", "1" * 40]
    return Planted(place).hand_in()
