"""The digest is left out."""

from tests.attacks.registry import archive, locked


def prepare(place):
    locked(place, archive({}), integrity="")
