"""By IPv6."""

import contextlib
import socket

from tells import tell

ADDRESSES = ("2001:db8::1", "fe80::1", "ff02::1", "fd00::1", "64:ff9b::c000:201")


def at_start():
    interfaces = [name for _, name in socket.if_nameindex() if name not in ("sit0", "ip6tnl0", "tunl0", "gre0")]
    sent = []
    for address in ADDRESSES:
        for number, name in socket.if_nameindex():
            with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as attempt:
                attempt.sendto(b"from the pod", (address, 53, 0, number))
                sent.append(f"{address}%{name}")
    tell(sent=sent, interfaces=interfaces)
