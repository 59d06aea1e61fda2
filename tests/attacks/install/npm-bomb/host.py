"""A hundred files of zeros."""

from tests.attacks.registry import archive, offer

ZEROS = bytes(20 << 20)


def prepare(place):
    offer(place, archive({f"package/zeros{number}": ZEROS for number in range(100)}))
