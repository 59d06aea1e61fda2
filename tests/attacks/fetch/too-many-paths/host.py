"""300 names of one object."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    empty = repository.object("blob", "")
    return repository.hand_in(*[("100644", f"file-{number}", empty) for number in range(300)])
