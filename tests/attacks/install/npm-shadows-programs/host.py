"""Each leaves a mark and starts the real one."""

from tests.attacks.registry import archive, offer

NAMES = ("node", "npm", "npx", "timeout", "sh", "env")
SCRIPT = """#!/bin/sh
echo
echo 'TOLD {"shadow": "%s"}'
exec /usr/bin/%s "$@"
"""


def prepare(place):
    files = {f"package/bin/{name}": SCRIPT % (name, name) for name in NAMES}
    bins = {name: f"bin/{name}" for name in NAMES}
    offer(place, archive(files, {"bin": bins}), bin=bins)
