"""Pages and files of one package index, GET only, exactly what the index itself lists.

A file is asked for as ``/files/<project>/<address, base64>/<name>``; it is passed on only if the
index's page of that project lists that very address. So the gateway is no way out: the
other side of it can name projects, and nothing else.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

_PROJECT = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?", re.ASCII)
_RANGE = re.compile(r"bytes=[0-9, -]{1,100}", re.ASCII)
_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_PAGE_BYTES = 64 * 1024 * 1024
_PASSED = ("content-type", "content-length", "content-range", "accept-ranges", "etag", "last-modified")
_METADATA = ".metadata"
_ATTEMPTS = 3


def say(event: str, **facts: object) -> None:
    """One JSON line for the grader's log: what went wrong upstream, never what was asked for."""
    print(json.dumps({"event": event, **facts}), flush=True)  # noqa: T201 - the container's log is its channel


class UpstreamError(Exception):
    """The index did not answer as an index does; ours, not the candidate's."""


@dataclass(slots=True)
class Gateway:
    """The gateway over one upstream index.

    Args:
        upstream: its simple API (PEP 503 / 691).
        budget: bytes it may pass on in all.
        ca_bundle: CA file for its certificates; none means the system's.
    """

    upstream: str
    budget: int
    ca_bundle: str | None
    _pages: dict[str, dict[str, object] | None] = field(default_factory=dict)
    _client: httpx.AsyncClient | None = None

    def app(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/health", self.health, methods=["GET"]),
            Route("/simple/{project}/", self.page, methods=["GET"]),
            Route("/files/{project}/{address}/{name}", self.file, methods=["GET"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        context = ssl.create_default_context(cafile=self.ca_bundle)
        timeout = httpx.Timeout(30, connect=10)
        async with httpx.AsyncClient(verify=context, timeout=timeout, follow_redirects=True) as client:
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
            upstream = await client.send(client.build_request(request.method, address, headers=headers), stream=True)
        except httpx.HTTPError as error:
            say("upstream_error", reason=type(error).__name__)
            return PlainTextResponse("the package index does not answer", 502)
        kept = {key: upstream.headers[key] for key in _PASSED if key in upstream.headers}
        kept["cache-control"] = "max-age=365000000, immutable"
        return StreamingResponse(self._metered(upstream), upstream.status_code, kept)

    async def _metered(self, upstream: httpx.Response) -> AsyncIterator[bytes]:
        try:
            async for chunk in upstream.aiter_raw(65_536):
                self.budget -= len(chunk)
                if self.budget < 0:
                    say("budget_spent")
                    raise UpstreamError("the install's byte budget is spent")
                yield chunk
        except httpx.HTTPError as error:
            say("upstream_error", reason=type(error).__name__)
            raise
        finally:
            await upstream.aclose()

    async def _listed(self, project: str) -> set[str]:
        page = await self._page(project)
        files = page["files"] if page else []
        return {item["upstream"] for item in files} if isinstance(files, list) else set()

    async def _page(self, project: str) -> dict[str, object] | None:
        if _PROJECT.fullmatch(project) is None:
            return None
        if project not in self._pages:
            self._pages[project] = await self._fetch_page(project)
        return self._pages[project]

    async def _fetch_page(self, project: str) -> dict[str, object] | None:
        client, url = self._ready_client(), f"{self.upstream.rstrip('/')}/{project}/"
        problem = "no answer"
        for _ in range(_ATTEMPTS):
            try:
                answer = await client.get(url, headers={"accept": _SIMPLE_JSON})
            except httpx.HTTPError as error:
                problem = type(error).__name__
                continue
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if answer.status_code == httpx.codes.OK and len(answer.content) <= _PAGE_BYTES:
                return _rewritten(answer, project)
            problem = f"HTTP {answer.status_code}"
        raise UpstreamError(problem)

    def _ready_client(self) -> httpx.AsyncClient:
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
