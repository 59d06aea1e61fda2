"""What the service finds under the link's name, it tells."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("120000", "passwd", repository.object("blob", "/etc/passwd")))
