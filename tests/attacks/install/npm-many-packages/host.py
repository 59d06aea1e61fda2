"""All the same but for the name."""

import json

from tests.attacks.registry import archive, locked


def prepare(place):
    locked(place, archive({}))
    path = place.submission / "package-lock.json"
    lock = json.loads(path.read_text())
    del lock["packages"]["node_modules/attack"]["resolved"]
    entry = lock["packages"]["node_modules/attack"]
    lock["packages"] |= {f"node_modules/p{number}": entry for number in range(4_999)}
    path.write_text(json.dumps(lock))
