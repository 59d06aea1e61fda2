"""For the installer, which asks that interpreter about itself."""

from tests.attacks.index import member, offer, wheel

SCRIPT = b"""#!/bin/sh
echo ran 2>/dev/null >/env/py/mark-$(id -u)
exec /usr/bin/python3 "$@"
"""


def prepare(place):
    offer(place, "attack", wheel("attack", {"attack-1.0.data/scripts/python3": member(SCRIPT, 0o100755)}))
