"""Thirty names of 250 bytes."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    mode, within = "100644", repository.object("blob", "x")
    for _ in range(30):
        mode, within = "40000", repository.tree((mode, "n" * 250, within))
    return repository.hand_in((mode, "n", within))
