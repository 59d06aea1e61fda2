"""Zeros pack well."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("100644", "zeros", repository.object("blob", bytes(256 << 20))))
