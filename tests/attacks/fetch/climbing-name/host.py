"""Twice up, then a file."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    outside = repository.tree(("100644", "ran", repository.object("blob", "x")))
    return repository.hand_in(("40000", "..", repository.tree(("40000", "..", outside))))
