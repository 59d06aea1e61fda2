"""How a check can end other than well, and whose fault that is.

::

    ServiceFault        the service's reply is wrong as HTTP, JSON or time    failed, candidate
    └── TimeSpent       the check's whole time went by waiting for it         failed, candidate
    CheckFailed         the reply is well formed but not what was promised    failed, candidate
    (AssertionError)    likewise, by a bare ``assert``                        failed, candidate
    StateMissing        an earlier check failed before it stored its part     failed, candidate
                        … and none has failed: nobody ever stores it          error, challenge
    ControlFault        the pod's own control socket failed                   error, infrastructure
    SlowCheck           the check spent its seconds on itself                 error, challenge
    Overrun             the check itself ran on and on                        error, challenge
    (anything else)     a bug of the hidden check                             error, challenge
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, Literal

Outcome = Literal["passed", "failed", "error", "not_run"]
Blame = Literal["candidate", "challenge", "infrastructure"]

FaultKind = Literal["timeout", "closed", "refused", "too_large", "bad_http", "encoded", "bad_text", "bad_json"]

CUT: Final = frozenset({"closed", "refused"})
"""Faults after which one asks whether the service is still there."""


class ServiceFault(Exception):  # noqa: N818 - the service's fault, not an error of ours
    """An exchange with the service that did not give a sound reply.

    Args:
        kind: ``timeout`` no complete reply in time, ``closed`` cut before or within the reply, ``refused``
            nobody accepts, ``too_large``, ``bad_http`` not HTTP, ``encoded`` a content encoding that was not
            asked for, ``bad_text`` not UTF-8, ``bad_json``.
        sentence: what happened, one printable sentence.
    """

    def __init__(self, kind: FaultKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


class TimeSpent(ServiceFault):
    """The check's own seconds ran out, most of them waiting for the service."""

    def __init__(self, sentence: str) -> None:
        super().__init__("timeout", sentence)


class StateMissing(KeyError):  # noqa: N818 - whose fault it is depends on what came before
    """A check asked the state for what no earlier check has stored.

    Args:
        key: what it asked for.
        earlier: the checks that had failed by then through the service.
    """

    def __init__(self, key: str, earlier: Sequence[str]) -> None:
        super().__init__(key)
        self.key = key
        self.earlier = tuple(earlier)


class CheckFailed(Exception):  # noqa: N818 - a verdict, as pytest's Failed is
    """The service answered, but not what the brief promises.

    Args:
        expected: what the brief promises, for the report.
        seen: what came instead, for the report.
    """

    def __init__(self, expected: str, seen: str = "") -> None:
        super().__init__(f"Expected {expected}; saw {seen}." if seen else f"Expected {expected}.")
        self.at = time.monotonic()
        self.expected = expected
        self.seen = seen


class ControlFault(Exception):  # noqa: N818 - the pod's fault, not the caller's
    """The control socket of the pod, which is ours, failed."""


class SlowCheck(Exception):  # noqa: N818 - the check's fault, not the client's
    """A check spent its seconds on itself, not waiting for the service."""


class Overrun(BaseException):
    """The watchdog's exception: a check, or the loading of its file, does not end by itself.

    No ``Exception``, so that ``except Exception`` in a check cannot eat it.
    """
