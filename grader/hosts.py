"""Hosts: what is a name, where it leads, and which addresses belong to the public internet."""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading

from grader.errors import CandidateError, InfrastructureError, printable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# `127.1`, `0x7f.1` and `2130706433` are addresses to C libraries: a top-level label never starts with a digit.
_TOP_LABEL = re.compile(r"[a-z].*")

_NOT_PUBLIC_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "192.0.0.0/24",  # protocol assignments, Oracle's metadata service; Python < 3.11.10 knows parts only
            "192.88.99.0/24",  # the retired 6to4 relays
            "168.63.129.16/32",  # Azure's host agent answers on this "public" address
        ),
    )
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION_V6 = ipaddress.IPv6Network("3fff::/20")  # RFC 9637, not yet in Python 3.11's table
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(ip: IPAddress) -> bool:
    """Whether an address belongs to the public internet; what it embeds is judged, not its wrapping."""
    if isinstance(ip, ipaddress.IPv4Address):
        known_private = any(ip in network for network in _NOT_PUBLIC_V4)
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or known_private)
    embedded = ip.ipv4_mapped or ip.sixtofour
    if embedded is None and ip in _NAT64:  # how an IPv6-only network reaches github.com
        embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if embedded is not None:
        return is_public(embedded)
    return ip in _PUBLIC_V6 and ip.is_global and ip not in _DOCUMENTATION_V6


def is_name(host: str) -> bool:
    """Whether a host is a domain name: letters, digits and hyphens, in lower case."""
    labels = host.split(".")
    return len(host) <= 253 and all(map(_LABEL.fullmatch, labels)) and bool(_TOP_LABEL.fullmatch(labels[-1]))  # noqa: PLR2004 - RFC 1035


def lookup(host: str, port: int, timeout_s: float) -> tuple[IPAddress, ...]:
    """Every address of a host, from one question to the system's resolver.

    Raises:
        CandidateError: ``fetch.unknown_host``: DNS says that the name does not exist.
        InfrastructureError: ``fetch.unreachable``: DNS gave no answer.
    """
    if not is_name(host):
        return (ipaddress.ip_address(host),)
    answer: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put([str(row[4][0]) for row in rows])
        except (OSError, UnicodeError) as error:
            answer.put(error)

    # getaddrinfo has no timeout of its own; a daemon thread may outlive its answer without holding anybody.
    threading.Thread(target=ask, daemon=True, name="fetch-dns").start()
    try:
        found = answer.get(timeout=timeout_s)
    except queue.Empty:
        found = TimeoutError("no answer in time")
    if isinstance(found, Exception):
        raise _dns_error(host, found) from None
    return tuple(dict.fromkeys(ipaddress.ip_address(text.partition("%")[0]) for text in found))


def _dns_error(host: str, error: Exception) -> CandidateError | InfrastructureError:
    names_nothing = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
    if isinstance(error, UnicodeError) or (isinstance(error, socket.gaierror) and error.errno in names_nothing):
        return CandidateError(
            "fetch.unknown_host",
            f"There is no host called {printable(host)}.",
            next_step="Check the spelling of the repository URL.",
        )
    return InfrastructureError(
        "fetch.unreachable",
        f"The address of {printable(host)} could not be looked up.",
        next_step="Check this machine's network and DNS, then run it again.",
        detail=str(error),
    )
