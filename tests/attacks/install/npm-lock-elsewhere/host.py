"""An address that would be called, on every address of this machine."""

from tests.attacks.registry import archive, locked


def prepare(place):
    address, port = place.targets[0]
    locked(place, archive({}), resolved=f"https://{address}:{port}/attack.tgz")
