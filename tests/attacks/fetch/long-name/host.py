"""256 bytes, one more than a name may have."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("100644", "n" * 256, repository.object("blob", "x")))
