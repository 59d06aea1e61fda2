"""One name in git's eyes."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("100644", "..\\..\\ran", repository.object("blob", "x")))
