"""/proc/net, and unix sockets by the name that it shows."""

import contextlib
import socket
from pathlib import Path

from tells import tell

LISTENS = "0A"


def at_start():
    named = [row.split()[7] for row in Path("/proc/net/unix").read_text().splitlines()[1:] if len(row.split()) > 7]
    connected = []
    for name in [*named, "/run/pod/service.sock", "/run/pod/control.sock"]:
        for address in (name, "\0" + name, "/proc/1/root" + name):
            with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as attempt:
                attempt.connect(address)
                connected.append(address)
    rows = [row.split() for file in ("tcp", "tcp6") for row in Path(f"/proc/net/{file}").read_text().splitlines()[1:]]
    tell(
        abstract=[name for name in named if name.startswith("@")],
        connected=connected,
        listening=sorted({int(row[1].split(":")[1], 16) for row in rows if row[3] == LISTENS}),
        datagrams=sum(len(Path(f"/proc/net/{file}").read_text().splitlines()) - 1 for file in ("udp", "udp6", "raw", "raw6")),
    )
