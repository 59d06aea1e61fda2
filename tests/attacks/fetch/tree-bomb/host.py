"""Twelve levels of ten names that all lead to the same object."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    bomb = repository.nested(("100644", repository.object("blob", "x")), width=10, depth=12)
    return repository.hand_in(("40000", "bomb", bomb))
