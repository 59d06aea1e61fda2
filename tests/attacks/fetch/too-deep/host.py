"""One file at the end of a very long way."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("40000", "d", repository.nested(("100644", repository.object("blob", "x")), width=1, depth=4000)))
