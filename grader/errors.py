"""Every way a grading can stop, and whose it is.

::

    GraderError                 code · what happened · what to do next · blame
    ├── CandidateError          the submission cannot be graded as it stands   exit 1
    ├── UsageError              the command line asked for something impossible exit 2
    ├── InfrastructureError     ours: engine, disk, network, a bug             exit 3
    │   └── Interrupted         somebody stopped the run                       exit 130
    └── ChallengeError          the challenge is broken                        exit 4

A *code* is stable (``fetch.unknown_host``); the sentence may be reworded. A sentence never
holds more than one line of a stranger's text, and never a control character.
"""

from __future__ import annotations

from enum import StrEnum


class Blame(StrEnum):
    """Whose fault a failure is. Only ``candidate`` may ever cost points."""

    CANDIDATE = "candidate"
    CHALLENGE = "challenge"
    INFRASTRUCTURE = "infrastructure"


class GraderError(Exception):
    """Base of the tree: one sentence a person can act on, with a stable code.

    Args:
        code: dotted and stable, ``stage.reason``.
        message: what happened, one sentence.
        next_step: what to do about it, one sentence.
        detail: longer text for the log (never needed to understand ``message``).
    """

    blame: Blame = Blame.INFRASTRUCTURE
    exit_code: int = 3

    def __init__(self, code: str, message: str, *, next_step: str, detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.next_step = next_step
        self.detail = detail

    def __str__(self) -> str:
        """The sentence, then what to do."""
        return f"{self.message} {self.next_step}"


class CandidateError(GraderError):
    """The submission cannot be graded as it stands."""

    blame = Blame.CANDIDATE
    exit_code = 1


class UsageError(GraderError):
    """The command line asked for something that cannot be done."""

    blame = Blame.INFRASTRUCTURE
    exit_code = 2


class InfrastructureError(GraderError):
    """Ours: the engine, the disk, the network or a bug of the grader."""

    blame = Blame.INFRASTRUCTURE
    exit_code = 3


class Interrupted(InfrastructureError):  # noqa: N818 - it is an event, as KeyboardInterrupt is
    """Somebody stopped the run; nothing of it is kept."""

    exit_code = 130


class ChallengeError(GraderError):
    """The challenge itself is broken: its files, its checks or its numbers."""

    blame = Blame.CHALLENGE
    exit_code = 4


def printable(text: str, limit: int = 200) -> str:
    r"""One line of a stranger's text, safe to print.

    Control and format characters (terminal escapes, bidirectional overrides) are shown
    as ``\xNN`` / ``\uNNNN``; anything beyond ``limit`` characters is cut and marked.
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[:limit] + "…"
