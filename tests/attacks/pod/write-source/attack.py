"""Its own source."""

import contextlib
import os
from pathlib import Path

from tells import tell

FILES = ("/srv/app/server.py", "/srv/app/attack.py", "/env/py/pyvenv.cfg", "/etc/hosts", "/etc/resolv.conf", "/etc/hostname", "/etc/passwd")
TRIES = {
    "write": lambda path: path.write_text("x"),
    "append": lambda path: path.open("ab").close(),
    "remove": lambda path: path.unlink(),
    "rename": lambda path: path.rename(f"{path}.old"),
    "mode": lambda path: path.chmod(0o777),
    "times": lambda path: os.utime(path),
    "link": lambda path: os.link(path, f"/data/{path.name}"),
}


def at_start():
    changed = []
    for path in map(Path, FILES):
        for name, attempt in TRIES.items():
            with contextlib.suppress(OSError):
                attempt(path)
                changed.append(f"{name} {path}")
    tell(changed=changed)
