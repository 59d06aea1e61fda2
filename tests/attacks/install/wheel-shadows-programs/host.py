"""Tells who it is, then starts the real one."""

from tests.attacks.index import member, offer, wheel

SCRIPT = b"""#!/bin/sh
echo
echo 'TOLD {"shadow": '$(/usr/bin/id -u)'}'
echo ran 2>/dev/null >/env/py/mark-$(/usr/bin/id -u)
exec /usr/bin/%s "$@"
"""


def prepare(place):
    offer(place, "attack", wheel("attack", {f"attack-1.0.data/scripts/{name}": member(SCRIPT % name.encode(), 0o100755) for name in ("timeout", "sh", "env", "id", "uv")}))
