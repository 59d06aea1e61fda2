"""An honest registry; the lock names another archive's digest."""

from tests.attacks.registry import archive, integrity, offer


def prepare(place):
    offer(place, archive({"package/index.js": "module.exports = 1;"}), integrity=integrity(b"another"))
