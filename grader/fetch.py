"""URL → pinned, measured, safe source tree.

::

    URL ─ remote.resolve ─▶ one pinned address ─ git clone ─▶ git_dir (bare) ─ source ─▶ tree_dir (plain files)

``git_dir`` stays on our side, for :func:`history`; only ``tree_dir`` may enter a container.
Whatever goes wrong, Ctrl-C included, no git keeps running and nothing stays under ``into``.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader import source
from grader.errors import CandidateError, UsageError, printable
from grader.fetch_errors import clone_too_large, explain, explain_os, timeout
from grader.git import Git, GitFailed, size_of
from grader.remote import FetchPolicy, Remote, resolve
from grader.source import FetchLimits

__all__ = ["Commit", "FetchLimits", "FetchPolicy", "FetchedSource", "changed", "fetch", "history"]

HISTORY_TIMEOUT_S = 30
SHA_LENGTH = 40
_COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")
_LAST_SECOND = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedSource:
    """A submission on our disk, pinned.

    Attributes:
        url: where it came from, as people may see it.
        commit, tree: the pinned commit and its tree, 40 hex digits each.
        branch: the default branch ("HEAD" when the remote has none checked out).
        git_dir: the bare clone; never enters a container.
        tree_dir: plain files and directories; no links, no ``.git``.
        files, bytes: how many files are in ``tree_dir``, and their sizes' sum.
        subject: the commit's first line, printable.
        time: when it says that it was committed (ISO 8601 with zone).
        notes: what differs from a checkout, one phrase each.
    """

    url: str
    commit: str
    tree: str
    branch: str
    git_dir: Path
    tree_dir: Path
    files: int
    bytes: int
    subject: str
    time: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit as it states itself; times are ISO 8601 with zone, and anybody can forge them."""

    sha: str
    author_time: str
    committer_time: str
    subject: str
    parents: tuple[str, ...] = ()


def fetch(  # every way to say what is wanted
    url: str,
    *,
    commit: str | None,
    into: Path,
    policy: FetchPolicy,
    limits: FetchLimits | None = None,
    before: datetime | None = None,
) -> FetchedSource:
    """Bring a repository's pinned commit into ``into`` (made if missing) as ``git/`` and ``tree/``.

    Args:
        url: a stranger's text.
        commit: 7 to 40 hex digits; None for the tip of the default branch.
        into: must hold neither ``git`` nor ``tree`` yet.
        policy: which transports and hosts are allowed.
        limits: sizes, and seconds for the whole fetch.
        before: without a ``commit``, the newest one of the default branch that was committed by then.

    Raises:
        CandidateError: the repository cannot be graded as it stands.
        UsageError: ``fetch.bad_commit``, ``fetch.ambiguous_commit``, ``fetch.into_in_use``, ``fetch.local_owner``.
        InfrastructureError: network, disk, git; nothing was said about the submission.
    """
    limits = limits or FetchLimits()
    deadline = time.monotonic() + limits.timeout_s
    if commit is not None and not _COMMIT.fullmatch(commit):
        raise UsageError(
            "fetch.bad_commit",
            f"“{printable(commit, 60)}” is not a commit id.",
            next_step="Give 7 to 40 hexadecimal digits, as “git log” prints them.",
        )
    remote = resolve(url, policy, limits.timeout_s)
    with _workspace(into) as (git_dir, tree_dir, home):
        git = Git(
            home=home,
            seconds=limits.timeout_s,
            deadline=deadline,
            remote=remote,
            watched=git_dir,
            max_bytes=limits.max_clone_bytes,
        )
        try:
            remote = _clone(git, remote, git_dir)
            known = replace(git, remote=remote)
            wanted = commit and commit.lower()
            if wanted is None and before is not None:
                wanted = _newest_before(known, f"--git-dir={git_dir}", before)
            return _pinned(known, remote, (git_dir, tree_dir), wanted, limits)
        except GitFailed as failure:
            raise explain(failure.text) from None


def history(git_dir: Path, commit: str, limit: int = 500) -> tuple[Commit, ...]:
    """The newest ``limit`` commits that lead to ``commit``; reads the log only, never contents.

    Raises:
        CandidateError: ``fetch.malformed``: git cannot read it.
        InfrastructureError: ``fetch.timeout``.
    """
    with tempfile.TemporaryDirectory(prefix="grader-git-") as home:
        git = Git(home=Path(home), seconds=HISTORY_TIMEOUT_S, deadline=time.monotonic() + HISTORY_TIMEOUT_S)
        try:
            return _log(git, git_dir, commit, limit)
        except GitFailed as failure:
            raise explain(failure.text) from None


def changed(git_dir: Path, old: str, new: str, limit: int) -> tuple[tuple[str, ...], int]:
    """Names of files that differ between two commits (all of ``new`` when ``old`` is empty), and how many.

    Raises:
        CandidateError: ``fetch.malformed``: git cannot read it.
        InfrastructureError: ``fetch.timeout``.
    """
    at = f"--git-dir={git_dir.absolute()}"
    command: tuple[str, ...] = ("diff-tree", "-r", "--no-renames", "--name-only", "-z", "--end-of-options", old, new)
    if not old:
        command = ("ls-tree", "-r", "--full-tree", "--name-only", "-z", new)
    with tempfile.TemporaryDirectory(prefix="grader-git-") as home:
        git = Git(home=Path(home), seconds=HISTORY_TIMEOUT_S, deadline=time.monotonic() + HISTORY_TIMEOUT_S)
        try:
            names = [name for name in git.output(at, *command).split(b"\0") if name]
        except GitFailed as failure:
            raise explain(failure.text) from None
    return tuple(printable(name.decode("utf-8", "replace"), 300) for name in names[:limit]), len(names)


def _newest_before(git: Git, at: str, before: datetime) -> str | None:
    """The newest commit on the default branch's first-parent line that says it was committed by then."""
    head = git.line(at, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if not head:
        return None  # an empty repository, which has its own sentence
    moment = before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = git.line(at, "rev-list", "--max-count=1", "--first-parent", f"--before={moment}", head)
    if not found:
        raise CandidateError(
            "fetch.nothing_before_deadline",
            f"The default branch has no commit from before the deadline ({moment}).",
            next_step="Ask the reviewer to grade a commit by its id, if one was received in time.",
        )
    return found


def _log(git: Git, git_dir: Path, commit: str, limit: int) -> tuple[Commit, ...]:
    fields = "%H%x00%at%x00%aI%x00%ct%x00%cI%x00%P%x00%<(300,trunc)%s"
    options = ("log", "-z", "--no-color", "--no-decorate", "--no-mailmap", f"--max-count={limit}", f"--format={fields}")
    log = git.output(f"--git-dir={git_dir.absolute()}", *options, "--end-of-options", commit)
    values = iter(log.decode("utf-8", "replace").split("\0"))
    return tuple(
        Commit(
            sha=sha,
            author_time=_iso(author_s, author),
            committer_time=_iso(committer_s, committer),
            subject=printable(subject.strip()),
            parents=tuple(parents.split()[:8]),
        )
        for sha, author_s, author, committer_s, committer, parents, subject in zip(*[values] * 7, strict=False)
    )


@contextlib.contextmanager
def _workspace(into: Path) -> Iterator[tuple[Path, Path, Path]]:
    """``git``, ``tree`` and an empty home under ``into``; on any error all of it is removed again."""
    git_dir, tree_dir, home = (into.absolute() / name for name in ("git", "tree", "home"))
    is_new = not into.exists()
    if any(os.path.lexists(place) for place in (git_dir, tree_dir, home)):
        raise UsageError(
            "fetch.into_in_use", f"{into} already holds a fetched source.", next_step="Choose an empty output folder."
        )
    try:
        home.mkdir(parents=True)
        yield git_dir, tree_dir, home
    except BaseException as error:
        for place in (into,) if is_new else (git_dir, tree_dir):
            shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, OSError):
            raise explain_os(error) from error
        raise
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _clone(git: Git, remote: Remote, git_dir: Path) -> Remote:
    """Clone the default branch; gives the remote that worked.

    GitLab sends ``…/project`` on to ``…/project.git``; we follow nothing, so that one address is tried by name.
    """
    options = ("clone", "--quiet", "--bare", "--single-branch", "--no-tags", "--no-recurse-submodules", "--template=")
    try:
        git.output(*options, "--", remote.target, str(git_dir))
    except GitFailed as failure:
        if remote.target.endswith(".git") or explain(failure.text).code != "fetch.redirected":
            raise
        remote = replace(remote, url=f"{remote.url.rstrip('/')}.git", target=f"{remote.target.rstrip('/')}.git")
        shutil.rmtree(git_dir, ignore_errors=True)
        git.output(*options, "--", remote.target, str(git_dir))
    return remote


def _pinned(
    git: Git, remote: Remote, places: tuple[Path, Path], wanted: str | None, limits: FetchLimits
) -> FetchedSource:
    """Choose the commit, measure its tree, write it."""
    git_dir, tree_dir = places
    at = f"--git-dir={git_dir}"
    head = git.line(at, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    _refuse_unusable(git, at, head, wanted)
    sha = _find(git, at, remote, wanted) if wanted else head
    _refuse_large(git_dir, limits)
    tree = git.line(at, "rev-parse", "--verify", "--quiet", f"{sha}^{{tree}}")
    entries = source.listing(git, git_dir, tree, limits)
    pointers = source.write(git, git_dir, entries, tree_dir)
    if time.monotonic() > git.deadline:
        raise timeout(git.seconds)
    files = [entry for entry in entries if entry.mode not in {"040000", "160000"}]
    (stated,) = _log(git, git_dir, sha, limit=1)
    branch = printable(git.line(at, "symbolic-ref", "--quiet", "--short", "HEAD") or "HEAD")
    return FetchedSource(
        url=remote.url,
        commit=sha,
        tree=tree,
        branch=branch,
        git_dir=git_dir,
        tree_dir=tree_dir,
        files=len(files),
        bytes=sum(entry.size for entry in files),
        subject=stated.subject,
        time=stated.committer_time,
        notes=(*_clone_notes(git, at, sha, head, branch), *source.notes(entries, pointers)),
    )


def _refuse_unusable(git: Git, at: str, head: str, wanted: str | None) -> None:
    if git.line(at, "rev-parse", "--show-object-format") != "sha1":
        raise CandidateError(
            "fetch.object_format",
            "The repository uses git's SHA-256 object format, which we do not grade.",
            next_step="Push the same files to a repository made with “git init --object-format=sha1”.",
        )
    if not head and not wanted:
        raise CandidateError(
            "fetch.empty_repository",
            "The repository's default branch has no commit.",
            next_step="Push your work to the default branch, or choose your branch as the default one at your host.",
        )


def _refuse_large(git_dir: Path, limits: FetchLimits) -> None:
    if size_of(git_dir) > limits.max_clone_bytes:  # a clone may be done before the watcher looked
        raise clone_too_large(limits.max_clone_bytes)


def _find(git: Git, at: str, remote: Remote, wanted: str) -> str:
    """The full id of the wanted commit, asking the remote again when the default branch lacks it."""
    branches = "+refs/heads/*:refs/remotes/origin/*"
    asked = (wanted, branches) if len(wanted) == SHA_LENGTH else (branches,)
    found = _commits(git, at, wanted)
    for refspec in asked:
        if found:
            break
        # Many servers give only what a branch holds, and say so with an error.
        with contextlib.suppress(GitFailed):
            git.output(at, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--", remote.target, refspec)
        found = _commits(git, at, wanted)
    if len(found) > 1:
        raise UsageError(
            "fetch.ambiguous_commit",
            f"{len(found)} commits begin with {wanted}.",
            next_step="Give all 40 digits of the one you mean.",
        )
    if not found:
        raise CandidateError(
            "fetch.commit_not_found",
            f"The repository has no commit {wanted}.",
            next_step="Push the commit, or give the id of one that “git log origin/HEAD” shows.",
        )
    return found[0]


def _commits(git: Git, at: str, prefix: str) -> list[str]:
    """The commits whose id begins so. By id only: a branch may be called ``deadbee``."""
    objects = git.line(at, "rev-parse", f"--disambiguate={prefix}").split()
    return [sha for sha in objects[:100] if git.line(at, "cat-file", "-t", sha) == "commit"]


def _clone_notes(git: Git, at: str, sha: str, head: str, branch: str) -> list[str]:
    said = []
    if git.line(at, "rev-parse", "--is-shallow-repository") == "true":
        said.append("the repository is a shallow clone: its history is cut off")
    if sha != head and (not head or git.line(at, "merge-base", sha, head) != sha):
        said.append(f"the commit is not on the default branch ({branch})")
    return said


def _iso(seconds: str, stated: str) -> str:
    """The ISO time that git states; the same moment in UTC, up to year 9999, when its zone or year is senseless."""
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(stated)
        if moment.tzinfo is not None:
            return moment.isoformat()
    moment_s = int(seconds) if re.fullmatch(r"\d+", seconds) else 0
    return datetime.fromtimestamp(min(moment_s, _LAST_SECOND), UTC).isoformat()
