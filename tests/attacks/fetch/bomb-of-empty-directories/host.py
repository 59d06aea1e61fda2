"""Twelve levels of ten names, and an empty directory at every end."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    bomb = repository.nested(("40000", repository.tree()), width=10, depth=12)
    return repository.hand_in(("40000", "bomb", bomb))
