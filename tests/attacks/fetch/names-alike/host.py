"""``OUT`` is a link, ``out`` a folder: one place on some disks."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    within = repository.tree(("100644", "ran", repository.object("blob", "x")))
    return repository.hand_in(
        ("120000", "OUT", repository.object("blob", f"{place.folder}/tmp")), ("40000", "out", within)
    )
