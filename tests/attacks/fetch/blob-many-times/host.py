"""One object, twenty names: 6 MB in the pack's count, 120 MB on the disk."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    zeros = repository.object("blob", bytes(6 << 20))
    return repository.hand_in(*[("100644", f"zeros-{number}", zeros) for number in range(20)])
