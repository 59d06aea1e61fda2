"""Every row would be trouble for somebody who joins it to a path."""

import json

from tests.attacks.index import serve

NAMES = (
    "attack-1.0-cp27-cp27m-win32.whl",
    "../../attack-1.0-py3-none-any.whl",
    "--attack-1.0-py3-none-any.whl",
    "",
    "attack-1.0-py3-none-any.whl\u0000.exe",
)


def prepare(place):
    rows = [{"filename": name, "url": "/files/x", "hashes": {"sha256": "z"}, "size": -1, "yanked": []} for name in NAMES]
    listing = {"meta": {"api-version": "1.0"}, "name": "attack", "files": rows, "versions": ["..", "1.0"]}
    serve(place, {"/simple/attack/": json.dumps(listing).encode()})
