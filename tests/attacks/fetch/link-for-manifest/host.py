"""takehome.toml leads to /etc/passwd."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("120000", "takehome.toml", repository.object("blob", "/etc/passwd")))
