"""By UDP."""

import contextlib
import json
import socket
from pathlib import Path

from tells import tell

MORE = [("255.255.255.255", 68), ("224.0.0.251", 5353), ("198.51.100.1", 53)]


def at_start():
    sent = []
    for address, port in [*json.loads(Path("targets.json").read_text()), *MORE]:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            attempt.sendto(b"from the pod", (address, port))
            if not address.startswith("127."):  # its own loopback takes what it gets
                sent.append(address)
    tell(sent=sent)
