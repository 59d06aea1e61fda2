"""Everything that an installer would take from such a file."""

from tests.attacks.registry import archive, offer


def prepare(place):
    address, port = place.targets[0]
    elsewhere = f"http://{address}:{port}/"
    lines = [f"registry={elsewhere}", f"@attack:registry={elsewhere}", f"proxy={elsewhere}", f"https-proxy={elsewhere}"]
    lines += ["ignore-scripts=false", "script-shell=/srv/app/shell.sh", "node-options=--require /srv/app/shell.cjs"]
    (place.submission / ".npmrc").write_text("\n".join([*lines, "prefix=/job/out", "cache=/job/out", ""]))
    shell = place.submission / "shell.sh"
    shell.write_text("#!/bin/sh\ntouch /env/node/mark-shell\n")
    shell.chmod(0o755)
    offer(place, archive({"package/index.js": "module.exports = 1;"}, {"scripts": {"install": "true"}}))
