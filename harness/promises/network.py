"""Who can be reached from here: an address is out of reach when no packet can have arrived at it.

A refused connection has reached somebody. Where there must not even be a route (``strict``), silence
is not enough: silence may be somebody's firewall.
"""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import cast

from harness.promises.told import Told

_NO_ROUTE = {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EACCES, errno.EPERM}
_NOBODY = _NO_ROUTE | {errno.EHOSTUNREACH, errno.ETIMEDOUT}
_NAME_PORT, _ANSWER_S = 53, 1.0
_QUESTION = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"
_ANY_PORT, _HEADER = 2375, 12
_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B
_NO_ERROR, _NO_NAME = 0, 3
"""Both are the words of somebody who knows all names."""


def main(told: Told, given: dict[str, object]) -> None:
    """Call every target of every kind, and ask every name server."""
    prefix, strict = str(given["prefix"]), bool(given["strict"])
    kinds = cast("dict[str, list[tuple[str, int]]]", given["targets"])
    for kind, targets in kinds.items():
        pairs = [(address, port) for address, port in targets]
        if kind == "host":
            pairs += [(address, _ANY_PORT) for address in _gateways()]
        with ThreadPoolExecutor(max_workers=16) as pool:
            found = list(pool.map(lambda pair: _called(pair, strict=strict), pairs))
        reached = [f"{words} {pair[0]}" for pair, words in zip(pairs, found, strict=True) if words]
        nobody = f"none of {len(pairs)} can be reached: {pairs[0][0]} and so on" if pairs else "nobody to call"
        saw = "; ".join(reached[:4]) or nobody
        told.say(f"{prefix}.{kind}", saw, held=not reached)
    answered = [server for server in _servers() if _resolves(server)]
    told.say(
        f"{prefix}.dns", f"answered: {', '.join(answered)}" if answered else "no name server answers", held=not answered
    )


def _gateways() -> list[str]:
    """The first address of each network that this place is on: the engine's bridge would have it."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            wanted = struct.pack("256s", name.encode())
            with suppress(OSError):
                own, mask = (
                    socket.inet_ntoa(fcntl.ioctl(asking, request, wanted)[20:24])
                    for request in (_SIOCGIFADDR, _SIOCGIFNETMASK)
                )
                network = ipaddress.ip_network(f"{own}/{mask}", strict=False)
                if not network.is_loopback and network.num_addresses > 1 and own != str(network[1]):
                    found.append(str(network[1]))
    return found


def _called(target: tuple[str, int], *, strict: bool) -> str:
    """In words how an address could be reached; empty if it could not."""
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    silent = _NO_ROUTE if strict else _NOBODY
    for kind, name in ((socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")):
        try:
            with socket.socket(family, kind) as caller:
                caller.settimeout(_ANSWER_S)
                caller.connect(target)
                if kind == socket.SOCK_STREAM:
                    return "tcp reached"
                caller.send(b"promise")
                if strict:
                    return "udp has a route to"
                caller.recv(1)
                return "udp reached"
        except TimeoutError:
            if strict:
                return f"{name} has a route to"
        except OSError as error:
            if error.errno not in silent:
                return f"{name} reached ({errno.errorcode.get(error.errno or 0, '?')})"
    return ""


def _servers() -> list[str]:
    try:
        lines = Path("/etc/resolv.conf").read_text().splitlines()
    except OSError:
        lines = []
    return sorted({"127.0.0.11", *(line.split()[1] for line in lines if line.startswith("nameserver "))})


def _resolves(server: str) -> bool:
    """Whether a name of the outside is known there, or known not to be: then the question left this place."""
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as caller:
            caller.settimeout(_ANSWER_S)
            caller.connect((server, _NAME_PORT))
            caller.send(_QUESTION)
            answer = caller.recv(512)
    except OSError:
        return False
    return len(answer) >= _HEADER and answer[:2] == _QUESTION[:2] and answer[3] & 0xF in {_NO_ERROR, _NO_NAME}
