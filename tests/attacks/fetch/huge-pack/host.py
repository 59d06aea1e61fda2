"""3 MB that do not pack, where 1 MB is the most, in a history that no longer shows them."""

import random

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    noise = random.Random(1).randbytes(3 << 20)
    before = repository.commit(repository.with_planted(("100644", "noise", repository.object("blob", noise))))
    repository.commit(repository.with_planted(), before)
    return repository.url
