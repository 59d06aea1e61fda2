"""The lock and the registry's page name the archive that is not served."""

from tests.attacks.registry import archive, integrity, offer


def prepare(place):
    honest = integrity(b"the archive that was published")
    offer(place, archive({"package/index.js": "module.exports = 2;"}), listed=honest, integrity=honest)
