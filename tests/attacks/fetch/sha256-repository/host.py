"""Honest files, ids of 64 digits."""

from tests.attacks.repositories import Planted


def publish(place):
    return Planted(place, "--object-format=sha256").hand_in()
