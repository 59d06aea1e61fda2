"""A long comment in a pax header."""

import tarfile

from tests.attacks.registry import archive, offer


def prepare(place):
    info = tarfile.TarInfo()
    info.pax_headers = {"comment": "x" * (300 << 20)}
    offer(place, archive({"package/index.js": info}))
