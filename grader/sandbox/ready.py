"""Waiting for one of our own containers to say that it is ready."""

from __future__ import annotations

import time

from grader.errors import InfrastructureError, printable
from grader.sandbox.base import Container


def wait_for_line(container: Container, word: str, timeout_s: float) -> None:
    """Wait until one of our own containers says a word.

    Raises:
        InfrastructureError: ``sandbox.not_ready``.
    """
    ends_at = time.monotonic() + timeout_s
    while time.monotonic() < ends_at:
        log = container.log()
        if word in log.head or word in log.tail:
            return
        if not container.running():  # also how a closed sandbox ends this wait
            break
        time.sleep(0.03)
    raise InfrastructureError(
        "sandbox.not_ready",
        f"Our {container.role} container did not become ready (it may take {timeout_s:.0f} seconds).",
        next_step="Grade again; if it stays, run `grader doctor`.",
        detail=printable(container.log().tail or container.log().head, 600),
    )
