"""The second one leads to a port of this machine."""

import json

from tests.attacks.registry import archive, locked


def prepare(place):
    address, port = place.targets[0]
    locked(place, archive({}))
    path = place.submission / "package-lock.json"
    lock = json.loads(path.read_text())
    first = lock["packages"]["node_modules/attack"]
    lock["packages"]["node_modules/second"] = first | {"resolved": f"https://{address}:{port}/second/-/second-1.0.0.tgz"}
    path.write_text(json.dumps(lock, indent=2))
