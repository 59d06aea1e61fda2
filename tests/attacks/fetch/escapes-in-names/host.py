"""A name that rewrites the line it is printed on."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("100644", "a\x1b[1A\x1b[2K\nok", repository.object("blob", "x")))
