"""package.json names nothing any more."""

from tests.attacks.registry import archive, locked


def prepare(place):
    locked(place, archive({}))
    (place.submission / "package.json").write_text('{"name": "own"}')
