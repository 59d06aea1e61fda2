"""The way to the index: what it leads to elsewhere is followed to public addresses alone.

An index may keep its files on another host, or send us on to one. The gateway stands on a network from which
this machine's own ports can be reached, so any other place than the index itself must be on the public
internet, or be the index's own machine and port under another name (a company's proxy of both); its address is asked
for once and connected to as it was judged.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

_HOPS = 5
_WRAPPED = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("64:ff9b::/96"))
"""Addresses that look public and may hold any other (6to4, NAT64)."""


class UpstreamError(Exception):
    """The index did not answer as an index does; ours, not the candidate's."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A client of one index."""

    client: httpx.AsyncClient
    home: tuple[str, str, int | None]
    """Scheme, host and port of the index, which the operator chose: it may be anywhere."""

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, ca_bundle: str | None, patience: float) -> AsyncIterator[Upstream]:
        """The client, for as long as it is needed."""
        context = ssl.create_default_context(cafile=ca_bundle)
        timeout = httpx.Timeout(patience, connect=min(10, patience))
        async with httpx.AsyncClient(verify=context, timeout=timeout, follow_redirects=False) as client:
            yield cls(client, _place(httpx.URL(url)))

    async def send(self, method: str, address: str, headers: Mapping[str, str]) -> httpx.Response:
        """The answer's head; its body is read, and closed, by the caller.

        Raises:
            UpstreamError: it leads to an address that is not public, or round and round.
            httpx.HTTPError: no answer.
        """
        try:
            url = httpx.URL(address)
            for _ in range(_HOPS):
                answer = await self.client.send(await self._request(method, url, headers), stream=True)
                if not answer.has_redirect_location:
                    return answer
                await answer.aclose()
                url = url.join(answer.headers["location"])
        except httpx.InvalidURL:
            raise UpstreamError("the index leads to what is no address") from None
        raise UpstreamError("the index leads on and on")

    async def whole(self, address: str, headers: Mapping[str, str], limit: int) -> httpx.Response:
        """The answer with its body.

        Raises:
            UpstreamError: as for :meth:`send`, or more than ``limit`` bytes.
            httpx.HTTPError: no answer.
        """
        answer = await self.send("GET", address, headers)
        body = bytearray()
        try:
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > limit:
                    raise UpstreamError(f"a page of more than {limit} bytes")
        finally:
            await answer.aclose()
        # From the address that was asked for: what the page lists is relative to it.
        return httpx.Response(answer.status_code, content=bytes(body), request=httpx.Request("GET", address))

    async def _request(self, method: str, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Request:
        if _place(url) == self.home:
            return self.client.build_request(method, url, headers=dict(headers))
        request = self.client.build_request(method, url, headers=dict(headers))  # with the name for its Host
        request.url = url.copy_with(host=await self._judged(url))
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        return request

    async def _judged(self, url: httpx.URL) -> str:
        """The address to connect to: a public one, or the index's own under another name."""
        found = await _addresses(url.host, _port(url))
        scheme, host, port = self.home
        if _port(url) == _port(httpx.URL(scheme=scheme, host=host, port=port)):
            own = set(await _addresses(host, _port(url)))
            if set(found) <= own:
                return str(found[0])
        if any(not _is_public(address) for address in found):
            raise UpstreamError("the index leads to an address that is not public")
        return str(found[0])


def _place(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _port(url: httpx.URL) -> int:
    if url.scheme not in {"http", "https"} or not url.host:
        raise UpstreamError("the index leads to what is no address of the web")
    return url.port or (443 if url.scheme == "https" else 80)


async def _addresses(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError(f"{type(error).__name__}") from error
    return [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in network for network in _WRAPPED)
