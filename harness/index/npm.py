"""The gateway over an npm registry: the archives that a lock file can ask for, and nothing else.

An archive is asked for as npm names it, ``/npm/<package>/-/<name>-<version>.tgz``. The registry's own page of the
package says where that version lies and which digest it has; rules, limits and refusals are those of the gateway
that this one extends.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harness.index.gateway import Digest, Gateway, say
from harness.index.upstream import UpstreamError

if TYPE_CHECKING:
    import httpx
    from starlette.requests import Request

_NAME = r"(?:@[a-z0-9~-][a-z0-9._~-]{0,99}/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]{0,99}"
_ARCHIVE = re.compile(rf"(?P<name>{_NAME})/-/(?P<file>[A-Za-z0-9~_-][A-Za-z0-9._~+-]{{0,250}}\.tgz)", re.ASCII)
_SHA512 = re.compile(r"(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)(?:[\s?]|$)", re.ASCII)
_PAGES_AT_ONCE = 3
_SHA1 = re.compile(r"[0-9a-f]{40}", re.ASCII)


@dataclass(slots=True)
class NpmGateway(Gateway):
    """The gateway over one npm registry."""

    accept: ClassVar[str] = "application/vnd.npm.install-v1+json, application/json;q=0.8"
    names: ClassVar[re.Pattern[str]] = re.compile(_NAME, re.ASCII)
    _few: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_PAGES_AT_ONCE))
    """Pages are large: few are held at once."""

    def routes(self) -> list[Route]:
        """Archives alone: a lock file says all that a page would."""
        return [Route("/npm/{path:path}", self.archive, methods=["GET"])]

    async def archive(self, request: Request) -> Response:
        """One archive that the package's page lists."""
        asked = _ARCHIVE.fullmatch(request.path_params["path"])
        if asked is None:
            return PlainTextResponse("not an archive's address", 404)
        try:
            async with self._few:
                page = await self._page(asked["name"])
        except UpstreamError as error:
            say("upstream_error", reason=str(error))
            return PlainTextResponse("the package index does not answer", 502)
        if page is None:
            return PlainTextResponse("no such package", 404)
        address = page.get(asked["file"])
        if not isinstance(address, str):
            return PlainTextResponse("the registry lists no such version", 404)
        return await self._pass_on(address, request)

    def _page_url(self, project: str) -> str:
        return f"{self.upstream.rstrip('/')}/{project.replace('/', '%2f')}"

    def _read_page(self, answer: httpx.Response, project: str) -> dict[str, object]:
        """The address of each version's archive, by the name that npm gives it."""
        try:
            versions = answer.json()["versions"].items()
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise UpstreamError("the registry does not speak npm's JSON") from None
        short, page = project.rpartition("/")[2], dict[str, object]()
        for version, manifest in versions:
            dist = manifest.get("dist") if isinstance(manifest, Mapping) else None
            if not isinstance(dist, Mapping) or not isinstance(dist.get("tarball"), str):
                continue
            try:
                address = urljoin(str(answer.url), dist["tarball"]).partition("#")[0]
            except ValueError:  # no address at all
                continue
            page[f"{short}-{version}.tgz"] = address
            if digest := _digest(dist):
                self._digests[address] = digest
        return page


def _digest(dist: Mapping[str, object]) -> Digest | None:
    """The listed digest: sha512, or the sha1 of archives that are older than that."""
    integrity = _SHA512.search(str(dist.get("integrity", "")))
    if integrity:
        return "sha512", base64.b64decode(integrity.group(1)).hex()
    old = str(dist.get("shasum", ""))
    return ("sha1", old) if _SHA1.fullmatch(old) else None
