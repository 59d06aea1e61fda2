"""Why a fetch stopped: the sentences, and whose fault git's own messages say it is.

Two rules. What cannot be told from a broken network of ours must not cost points: refused, reset, TLS, 429 and 5xx
are infrastructure. And a server's words (a message, a path, a ref) must not choose the blame.
"""

from __future__ import annotations

import errno
import re

from grader.errors import CandidateError, GraderError, InfrastructureError, UsageError, printable
from grader.limits import MB


def explain(text: str) -> GraderError:
    """The error for what git said on its own behalf (the URL already taken out).

    A name that does not exist and an answer of 401, 403, 404 or 410 are the candidate's.
    """
    status = re.search(r"returned error: (\d{3})", text)
    if "fatal: remote error: " in text:  # what follows it is the server's
        code = "fetch.not_found"
    elif status:
        code = _CODES_OF_STATUS.get(int(status[1]), "fetch.unreachable")
    else:
        code = next((c for c, pattern in _CODES_OF_WORDS if re.search(pattern, text)), "fetch.git_failed")
    kind, message, next_step = _SENTENCES[code]
    return kind(code, message, next_step=next_step, detail=printable(text.replace("\n", " | "), 2000))


def explain_os(error: OSError) -> InfrastructureError:
    """The error for what this machine said while we wrote."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        _, message, next_step = _SENTENCES["fetch.disk_full"]
        return InfrastructureError("fetch.disk_full", message, next_step=next_step, detail=str(error))
    return InfrastructureError(
        "fetch.io",
        "The fetched files could not be written on this machine.",
        next_step="Check the output folder's permissions and its disk.",
        detail=str(error),
    )


def timeout(seconds: float) -> InfrastructureError:
    """The whole fetch used up its time."""
    return InfrastructureError(
        "fetch.timeout",
        f"Fetching the repository did not finish within {seconds:g} seconds.",
        next_step="Run it again; if it happens again, the repository or its host is too slow to be graded.",
    )


def clone_too_large(limit: int) -> CandidateError:
    """The repository's objects take more room than ``limit`` bytes."""
    return CandidateError(
        "fetch.clone_too_large",
        f"The repository with its history is larger than {limit / MB:g} MB.",
        next_step="Remove data, models and build output from the history, and submit the smaller repository.",
    )


def malformed(why: str) -> CandidateError:
    """Objects that no honest git writes."""
    return CandidateError(
        "fetch.malformed",
        f"The repository holds objects that git itself would not write: {why}",
        next_step="Run “git fsck --strict” in it, mend what it names, and push again.",
    )


_CODES_OF_STATUS = dict.fromkeys((401, 403, 404, 410, 451), "fetch.not_found") | dict.fromkeys(
    range(300, 400), "fetch.redirected"
)
# In this order: the first that fits.
_CODES_OF_WORDS = (
    ("fetch.disk_full", r"No space left on device|Disk quota exceeded"),
    ("fetch.clone_too_large", r"File too large|[Oo]ut of memory|mmap failed: Cannot allocate"),
    ("fetch.bad_path", r"error: object [0-9a-f]{40}: (hasDot|hasDotdot|hasDotgit|fullPathname): "),
    (
        "fetch.malformed",
        (
            r"fsck error|error: object [0-9a-f]{40}: |did not send all necessary objects"
            r"|fatal: git upload-pack: aborting due to possible repository corruption"
        ),
    ),
    ("fetch.malformed", r"Timestamp too large for this system"),  # beyond any calendar: only a hand-made commit has it
    ("fetch.unreachable", r"\(curl_result = \d+, http_code = "),  # a plain web server that broke off
    ("fetch.malformed", r"Cannot obtain needed object"),  # one that answered, and has no such object
    ("fetch.local_owner", r"detected dubious ownership"),
    ("fetch.redirected", r"unable to update url base from redirection"),
    ("fetch.not_found", r"could not read (Username|Password)|unable to read askpass|Authentication failed"),
    ("fetch.not_found", r"repository '.*' not found|does not appear to be a git repository|not valid: is this a git"),
    (
        "fetch.unreachable",
        (
            r"unable to access|unable to connect|Connection (refused|reset|timed out)|hung up unexpectedly|early EOF"
            r"|RPC failed|unexpected disconnect|[Nn]etwork is unreachable|No route to host|Could not read from remote"
        ),
    ),
)
_SENTENCES: dict[str, tuple[type[GraderError], str, str]] = {
    "fetch.not_found": (
        CandidateError,
        "The repository was not found, or it is not public.",
        "Open the URL in a private browser window: it must show the repository without signing in.",
    ),
    "fetch.redirected": (
        CandidateError,
        "The host sends us on to another address, which we do not follow.",
        "Submit the address that the browser ends up at.",
    ),
    "fetch.unreachable": (
        InfrastructureError,
        "The repository's host could not be reached, or it broke off; it may be the host's fault or our network's.",
        "Run it again in a few minutes.",
    ),
    "fetch.disk_full": (
        InfrastructureError,
        "The disk of this machine is full.",
        "Free some space (“grader clean” removes what gradings left) and run it again.",
    ),
    "fetch.clone_too_large": (
        CandidateError,
        "The repository's objects are larger than we accept.",
        "Remove data, models and build output from the history, and submit the smaller repository.",
    ),
    "fetch.bad_path": (
        CandidateError,
        "A path in the repository or its history is reserved for git, or points outside its directory.",
        "Remove it from the history, and submit the new commit.",
    ),
    "fetch.malformed": (
        CandidateError,
        "The repository holds objects that git itself would not write.",
        "Run “git fsck --strict” in it, mend what it names, and push again.",
    ),
    "fetch.local_owner": (
        UsageError,
        "The local repository belongs to another user, so git refuses to read it.",
        "Clone it as the user who runs the grader, and give that path.",
    ),
    "fetch.git_failed": (
        InfrastructureError,
        "git failed in a way that we do not know.",
        "Look at the log; if it happens again, report it with the log.",
    ),
}
