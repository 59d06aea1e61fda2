"""What every brief asks of errors: a 4xx for the caller's fault, one shape of body, and a service that goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from harness.probe.errors import CheckFailed, ServiceFault
from harness.probe.kit import expect
from harness.probe.service import Reply, Service

SERVED: Final = 200
CALLERS_FAULT: Final = 400
SERVICES_FAULT: Final = 500
Cases = Sequence[tuple[str, Callable[[], Reply]]]
"""Requests to be sent, each with what it is called in a report."""


def is_error_body(reply: Reply) -> bool:
    """Whether a reply has the brief's error body."""
    try:
        body = reply.json()
    except ServiceFault:
        return False
    error = body.get("error") if isinstance(body, dict) else None
    return isinstance(error, dict) and all(isinstance(error.get(k), str) and error[k] for k in ("code", "message"))


def refused(reply: Reply, what: str) -> None:
    """A request must have been refused as the caller's fault."""
    expect(CALLERS_FAULT <= reply.status < SERVICES_FAULT, expected=f"a 4xx for {what}", seen=f"status {reply.status}")


def all_refused(cases: Cases) -> None:
    """Every request must be refused; the report counts those that were not, and a cut exchange is one of them."""
    _all_from(CALLERS_FAULT, cases, f"a 4xx for each of {len(cases)} requests")


def none_breaks(cases: Cases) -> None:
    """Every request may be served or refused; none may get a 5xx or a cut exchange."""
    _all_from(SERVED, cases, f"no 5xx for {len(cases)} hostile requests")


def _all_from(least: int, cases: Cases, expected: str) -> None:
    wrong = []
    for what, send in cases:
        try:
            status: object = send().status
        except ServiceFault as fault:
            stop_if_cut(fault, what)
            status = fault.kind
        if not (isinstance(status, int) and least <= status < SERVICES_FAULT):
            wrong.append(f"{what}: {status}")
    if wrong:
        raise CheckFailed(expected, f"{len(wrong)} differ: " + ", ".join(wrong))


def stop_if_cut(fault: ServiceFault, what: str) -> None:
    """End the check when a request cut the connection: sending on would stop a service that is being restarted."""
    if fault.kind in ("closed", "refused"):
        raise CheckFailed(f"an answer to {what}", "the connection was cut") from fault


def still_works(service: Service) -> None:
    """After bad input, a valid request must be served."""
    status = service.get("/health").status
    expect(status == SERVED, expected="a ready service after bad requests", seen=f"status {status}")
