"""Pages and files of one package index, GET only, exactly what the index itself lists.

A file is asked for as ``/files/<project>/<address, base64>/<name>``; it is passed on only if the
index's page of that project lists that very address. So the gateway is no way out: the
other side of it can name projects, and nothing else. Nor is it a way in: an index that leads
elsewhere is followed to public addresses alone (:mod:`harness.index.upstream`), and a file whose
digest is not the listed one never arrives whole.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin

import httpx
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from harness.index.upstream import Upstream, UpstreamError

if TYPE_CHECKING:
    from starlette.requests import Request

_PROJECT = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?", re.ASCII)
_RANGE = re.compile(r"bytes=[0-9, -]{1,100}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._!+-]{0,250}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_PAGE_BYTES = 64 * 1024 * 1024
_PASSED = ("content-type", "content-length", "content-range", "accept-ranges", "etag", "last-modified")
_METADATA = ".metadata"
_ATTEMPTS = 3
Digest = tuple[str, str]
"""An algorithm of hashlib, and hexadecimal digits."""
_SLOWEST = 16 * 1024
"""Bytes a second, once patience is over: no network is so slow, and an install would take hours."""


def say(event: str, **facts: object) -> None:
    """One JSON line for the grader's log: what went wrong upstream, never what was asked for."""
    print(json.dumps({"event": event, **facts}), flush=True)  # noqa: T201 - the container's log is its channel


class BudgetError(Exception):
    """The install has used up its bytes; the candidate's."""


@dataclass(slots=True)
class Gateway:
    """The gateway over one upstream index.

    Args:
        upstream: its simple API (PEP 503 / 691).
        budget: bytes it may pass on in all.
        ca_bundle: CA file for its certificates; none means the system's.
        patience: seconds that a page may take, and that a file may come slowly.
    """

    upstream: str
    budget: int
    ca_bundle: str | None
    patience: float = 30
    accept: ClassVar[str] = _SIMPLE_JSON
    """What a page is asked for as."""
    names: ClassVar[re.Pattern[str]] = _PROJECT
    """What a project can be called."""
    _pages: dict[str, dict[str, object] | None] = field(default_factory=dict)
    _digests: dict[str, Digest] = field(default_factory=dict)
    """Digest of what lies at a file's address, where the index lists one."""
    _down: str = ""
    """Why the index is given up; whoever asks again is told at once."""
    _client: Upstream | None = None

    def app(self) -> Starlette:
        """The ASGI application."""
        routes = [Route("/health", self.health, methods=["GET"]), *self.routes()]
        return Starlette(routes=routes, lifespan=self._lifespan)

    def routes(self) -> list[Route]:
        """What this kind of index answers."""
        return [
            Route("/simple/{project}/", self.page, methods=["GET"]),
            Route("/files/{project}/{address}/{name}", self.file, methods=["GET"]),
        ]

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with Upstream.opened(self.upstream, self.ca_bundle, self.patience) as client:
            self._client = client
            yield

    async def health(self, _: Request) -> Response:
        """Says that it listens."""
        return PlainTextResponse("ok")

    async def page(self, request: Request) -> Response:
        """The index's page of one project, with every file's address pointing back here."""
        project = request.path_params["project"]
        try:
            page = await self._page(project)
        except UpstreamError as error:
            say("upstream_error", reason=str(error))
            return PlainTextResponse("the package index does not answer", 502)
        if page is None:
            return PlainTextResponse("no such project", 404)
        return JSONResponse(page, media_type=_SIMPLE_JSON, headers={"cache-control": "max-age=600"})

    async def file(self, request: Request) -> Response:
        """One file that the project's page lists (or its PEP 658 metadata)."""
        project, name = request.path_params["project"], request.path_params["name"]
        try:
            address = base64.urlsafe_b64decode(request.path_params["address"]).decode()
            listed = await self._listed(project)
        except ValueError:  # not base64, not UTF-8, or not even ASCII
            return PlainTextResponse("not an address", 404)
        except UpstreamError as error:
            say("upstream_error", reason=str(error))
            return PlainTextResponse("the package index does not answer", 502)
        wanted = address + _METADATA if name.endswith(_METADATA) else address
        if address not in listed:
            return PlainTextResponse("the index does not list this file", 404)
        return await self._pass_on(wanted, request)

    async def _pass_on(self, address: str, request: Request) -> Response:
        client = self._ready_client()
        headers = {"accept-encoding": "identity"}
        if _RANGE.fullmatch(asked := request.headers.get("range", "")):
            headers["range"] = asked
        try:
            async with asyncio.timeout(self.patience):
                upstream = await client.send(request.method, address, headers)
        except (httpx.HTTPError, TimeoutError, UpstreamError) as error:
            say("upstream_error", reason=str(error) or type(error).__name__)
            return PlainTextResponse("the package index does not answer", 502)
        kept = {key: upstream.headers[key] for key in _PASSED if key in upstream.headers}
        kept["cache-control"] = "max-age=365000000, immutable"
        whole = request.method == "GET" and upstream.status_code == httpx.codes.OK
        return StreamingResponse(
            self._body(upstream, self._digests.get(address) if whole else None), upstream.status_code, kept
        )

    async def _body(self, upstream: httpx.Response, digest: Digest | None) -> AsyncIterator[bytes]:
        """A file's bytes. The last ones are held back until the digest is known to be right."""
        algorithm, wanted = digest or ("sha256", None)
        found, held = hashlib.new(algorithm), b""
        try:
            async with aclosing(self._metered(upstream)) as chunks:
                async for chunk in chunks:
                    found.update(chunk)
                    if held:
                        yield held
                    held = chunk
            _compare(found.hexdigest(), wanted)
        except (httpx.HTTPError, UpstreamError) as error:
            say("upstream_error", reason=str(error) or type(error).__name__)
            raise
        finally:
            await upstream.aclose()
        if held:
            yield held

    async def _metered(self, upstream: httpx.Response) -> AsyncGenerator[bytes, None]:
        """Bytes as they come, within the budget and not slower than any network is."""
        now, came, waited = asyncio.get_running_loop().time, 0, 0.0
        asked = now()
        async for chunk in upstream.aiter_raw():  # as they come: gathered into blocks, a drip would never be seen
            came, waited = came + len(chunk), waited + now() - asked
            self.budget -= len(chunk)
            if self.budget < 0:
                say("budget_spent")
                raise BudgetError("the install's byte budget is spent")
            if waited > self.patience and came < waited * _SLOWEST:
                raise UpstreamError(f"{came} bytes in {waited:.0f} seconds")
            yield chunk
            asked = now()

    async def _listed(self, project: str) -> set[str]:
        page = await self._page(project)
        files = page["files"] if page else []
        return {item["upstream"] for item in files} if isinstance(files, list) else set()

    async def _page(self, project: str) -> dict[str, object] | None:
        if self.names.fullmatch(project) is None:
            return None
        if project not in self._pages:
            if self._down:
                raise UpstreamError(self._down)
            try:
                self._pages[project] = await self._fetch_page(project)
            except UpstreamError as error:
                self._down = str(error)
                raise
        return self._pages[project]

    async def _fetch_page(self, project: str) -> dict[str, object] | None:
        client, url = self._ready_client(), self._page_url(project)
        problem = "no answer"
        for _ in range(_ATTEMPTS):
            try:
                async with asyncio.timeout(self.patience):
                    answer = await client.whole(url, {"accept": self.accept}, _PAGE_BYTES)
            except (httpx.HTTPError, TimeoutError) as error:
                problem = type(error).__name__
                continue
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if answer.status_code == httpx.codes.OK:
                return self._read_page(answer, project)
            problem = f"HTTP {answer.status_code}"
        raise UpstreamError(problem)

    def _page_url(self, project: str) -> str:
        return f"{self.upstream.rstrip('/')}/{project}/"

    def _read_page(self, answer: httpx.Response, project: str) -> dict[str, object]:
        page = _rewritten(answer, project)
        page["files"] = files = _plain(page["files"])
        self._digests |= {item["upstream"]: ("sha256", item["hashes"]["sha256"]) for item in files if item["hashes"]}
        return page

    def _ready_client(self) -> Upstream:
        if self._client is None:
            raise UpstreamError("not started")
        return self._client


def _rewritten(answer: httpx.Response, project: str) -> dict[str, object]:
    """A PEP 691 page whose files lead here; ``upstream`` keeps where each one really lies."""
    try:
        page = answer.json()
        files = page["files"]
        for item in files:
            address = urljoin(str(answer.url), item["url"]).partition("#")[0]
            token = base64.urlsafe_b64encode(address.encode()).decode()
            item["upstream"] = address
            item["url"] = f"/files/{project}/{token}/{item['filename']}"
            item.pop("provenance", None)
        return {"meta": page["meta"], "name": page["name"], "files": files, "versions": page.get("versions", [])}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise UpstreamError("the index does not speak PEP 691 (JSON)") from None


def _compare(found: str, listed: str | None) -> None:
    if listed and found != listed:
        raise UpstreamError("the index lists another digest for this file")


def _plain(files: object) -> list[dict[str, Any]]:
    """The rows of a page that name a file as files are named; of their digests and sizes what is one.

    An installer refuses the whole page for one odd row, and would be taken to mean the submission.
    """
    kept = []
    for item in files if isinstance(files, list) else []:
        if not isinstance(item.get("filename"), str) or _FILE.fullmatch(item["filename"]) is None:
            continue
        hashes = item.get("hashes")
        digest = str(hashes.get("sha256", "")).lower() if isinstance(hashes, dict) else ""
        row = {**item, "hashes": {"sha256": digest} if _DIGEST.fullmatch(digest) else {}}
        if not isinstance(row.get("size", 0), int) or row.get("size", 0) < 0:
            del row["size"]
        if not isinstance(row.get("yanked", False), bool | str):
            del row["yanked"]
        kept.append(row)
    return kept
