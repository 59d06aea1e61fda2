"""The one rule of trying again: infrastructure gets one more try, a candidate's failure none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from grader.errors import InfrastructureError

T = TypeVar("T")


def twice(attempt: Callable[[], T]) -> T:
    """What the attempt gives; once more when infrastructure failed, unless the sandbox is closed or the engine gone."""
    try:
        return attempt()
    except InfrastructureError as error:
        if error.code in ("sandbox.closed", "engine.unreachable"):
            raise
        return attempt()
