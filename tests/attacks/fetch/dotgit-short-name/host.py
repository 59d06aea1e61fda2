"""The 8.3 name."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    config = repository.object("blob", "[core]\n\tfsmonitor = touch ran\n")
    return repository.hand_in(("40000", "git~1", repository.tree(("100644", "config", config))))
