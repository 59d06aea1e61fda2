"""The default branch is called deadbee."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    repository.hand_in()
    repository.git("branch", "-m", "main", "deadbee")
    place.arguments += ["--commit", "deadbee"]
    return repository.url
