"""Addresses of source lines at the graded commit, on forges whose form of address is known."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from grader.submission import Submission

_FORMS = {
    "github.com": "{repository}/blob/{commit}/{path}#L{line}",
    "gitlab.com": "{repository}/-/blob/{commit}/{path}#L{line}",
    "bitbucket.org": "{repository}/src/{commit}/{path}#lines-{line}",
    "codeberg.org": "{repository}/src/commit/{commit}/{path}#L{line}",
    "gitea.com": "{repository}/src/commit/{commit}/{path}#L{line}",
    "git.sr.ht": "{repository}/tree/{commit}/item/{path}#L{line}",
}
_REPOSITORY = re.compile(r"(/~?[A-Za-z0-9][A-Za-z0-9._-]{0,99}){2,6}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def line_address(submission: Submission, path: str, line: int) -> str:
    """The https address of a line, or nothing: for another host, an odd path, or no commit.

    Only the submission's own repository can be pointed at: host and form come from our table, names are quoted.
    """
    try:
        parts = urlsplit(submission.url)
        host, plain = parts.hostname or "", not (parts.username or parts.port or parts.query or parts.fragment)
    except ValueError:
        return ""
    repository = parts.path.rstrip("/").removesuffix(".git")
    whole = parts.scheme == "https" and plain and _REPOSITORY.fullmatch(repository) and ".." not in repository
    if host not in _FORMS or not whole or not _COMMIT.fullmatch(submission.commit):
        return ""
    place = _FORMS[host].format(
        repository=repository, commit=submission.commit, path=quote(path, safe="/"), line=max(1, line)
    )
    return f"https://{host}{place}"
