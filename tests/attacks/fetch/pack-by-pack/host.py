"""The commit to be graded is on another branch, which is fetched for itself."""

import random

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    shares = [random.Random(seed).randbytes(700_000) for seed in (1, 2)]
    trees = [repository.with_planted(("100644", "noise", repository.object("blob", share))) for share in shares]
    repository.commit(trees[0])
    place.arguments += ["--commit", repository.commit(trees[1], branch="other")]
    return repository.url
