"""Empty ones."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {f"attack/f{number}": "" for number in range(200_000)}))
