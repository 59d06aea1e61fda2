"""The lowest layer of HTTP, changed so that its own errors have the body of the contract, too.

aiohttp answers requests that it cannot parse, unknown paths, wrong methods and crashed handlers with plain text.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large", 417: "expectation_failed"}


def error_response(status: int, code: str, message: str) -> web.Response:
    """The error body of the contract."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


class JsonErrorHandler(web.RequestHandler):
    """Answers every error of the framework as JSON."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a request that cannot be parsed, or whose handler crashed; the latter is logged."""
        if status < 500:
            response = error_response(status, "bad_request", "The request is no valid HTTP.")
        else:
            super().handle_error(request, status, exc, message)
            response = error_response(status, "internal_error", "An unexpected error; it was logged.")
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send a response. What the framework raised itself (404, 405, 417) is put into JSON before."""
        if isinstance(resp, web.HTTPException):
            phrase = HTTPStatus(resp.status).phrase
            translated = error_response(resp.status, _CODES.get(resp.status, "http_error"), f"{phrase}.")
            if "Allow" in resp.headers:
                translated.headers["Allow"] = resp.headers["Allow"]
            resp = translated
        return await super().finish_response(request, resp, start_time)


def protocol_factory(server: web.Server, **options: Any) -> Callable[[], JsonErrorHandler]:
    """What ``loop.create_server`` needs in place of the server itself."""
    loop = asyncio.get_running_loop()
    return lambda: JsonErrorHandler(server, loop=loop, access_log=None, **options)
