"""NETLINK_ROUTE, writing."""

import socket
import struct

from tells import tell

LOOPBACK = 1
DOWN = struct.pack("BxHiII", 0, 0, LOOPBACK, 0, 1)
ADDRESS = struct.pack("BBBBi", 2, 8, 0, 0, LOOPBACK) + struct.pack("HHI", 8, 2, 0x0200007F)
ROUTE = struct.pack("BBBBBBBBI", 2, 0, 0, 0, 254, 4, 0, 1, 0) + struct.pack("HHI", 8, 4, LOOPBACK)
LINK = struct.pack("BxHiII", 0, 0, 0, 0, 0) + struct.pack("HH8s", 12, 3, b"dummy9\0\0")
REQUESTS = {"down": (16, DOWN), "address": (20, ADDRESS), "route": (24, ROUTE), "new link": (16, LINK)}


def at_start():
    changed = []
    for name, (kind, body) in REQUESTS.items():
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
            netlink.settimeout(2)
            netlink.send(struct.pack("IHHII", 16 + len(body), kind, 0x605, 1, 0) + body)
            if struct.unpack_from("i", netlink.recv(65_536), 16)[0] == 0:
                changed.append(name)
    tell(changed=changed)
