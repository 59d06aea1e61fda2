"""``out`` is a link to /tmp and a folder at once."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    within = repository.tree(("100644", "ran", repository.object("blob", "x")))
    return repository.hand_in(
        ("120000", "out", repository.object("blob", f"{place.folder}/tmp")), ("40000", "out", within)
    )
