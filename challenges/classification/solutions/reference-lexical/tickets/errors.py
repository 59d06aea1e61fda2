"""The one shape of every refusal."""

from __future__ import annotations


class ApiError(Exception):
    """A request that is refused: becomes ``{"error": {"code", "message"}}``."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def error_body(code: str, message: str) -> dict[str, dict[str, str]]:
    """The body of an answer that is no success."""
    return {"error": {"code": code, "message": message}}
