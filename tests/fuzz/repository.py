"""What a repository and its host say: the URL, tree listings, commit logs, git's own words, raw objects."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
import unicodedata
import zlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from grader import source
from grader.errors import CandidateError, GraderError, InfrastructureError, UsageError
from grader.fetch import Commit, _log, history
from grader.fetch_errors import explain
from grader.git import Git, GitFailed, _own_words
from grader.remote import MAX_URL, FetchPolicy, parse, shown
from grader.source import Entry, FetchLimits
from tests.fuzz.support import Broken, Cut, Target, hold, pieces, scratch, sound

LIMITS = FetchLimits(max_tree_bytes=5_000, max_file_bytes=2_000, max_paths=12, max_depth=5, max_path_bytes=300)
_POLICIES = (
    FetchPolicy(),
    FetchPolicy(allow_http=True, allow_private=True, allow_git_protocol=True),
    FetchPolicy(allow_local=True),
)
_SECRET = "hunter2-hunter2"  # noqa: S105 - looked for where it must not be


def url(data: bytes) -> None:
    """A URL is refused in printable words, or is one place that reads back as itself."""
    cut = Cut(data)
    policy = _POLICIES[cut.number(len(_POLICIES))]
    text = os.fsdecode(cut.rest())  # as the command line gets it, lone surrogates included
    hold(shown(text).isprintable() and len(shown(text)) <= MAX_URL + 1, "a URL that cannot be shown")
    try:
        found = parse(text, policy)
    except GraderError as error:
        sound(error, CandidateError, "fetch.bad_url", "fetch.transport", "fetch.credentials_in_url", "fetch.not_found")
        return
    hold(found.url.isascii() and found.url.isprintable() and " " not in found.url, "an address that is not plain")
    hold(found.url[0] != "-" and "@" not in found.url.split("/")[2], "an option, or credentials")
    if found.scheme == "file":
        hold(policy.allow_local, "a local place")
        return
    hold(found.scheme == "https" or policy is _POLICIES[1], f"a transport that is not allowed: {found.scheme}")
    hold(not {"..", "."} & set(unquote(found.path).split("/")), "a path that climbs")
    hold(found.host and 0 < found.port < 65_536, "no host or port")
    hold(parse(found.url, policy) == found, f"an address that is not stable: {found.url!r}")


def shown_url(data: bytes) -> None:
    """A password in a URL's authority is never shown."""
    user, _, rest = os.fsdecode(data).partition("\n")
    user = re.sub(r"[/?#]", "", user)
    hold(_SECRET not in shown(f"https://{user}:{_SECRET}@{rest}"), "a password that is shown")


@dataclass(frozen=True, slots=True)
class Said:
    """Stands in for git: prints an input, in pieces of its choice."""

    chunks: list[bytes]

    def stream(self, *_: str) -> Generator[bytes]:
        """What git would print."""
        yield from self.chunks

    def output(self, *_: str) -> bytes:
        """All of it."""
        return b"".join(self.chunks)


_HFS_IGNORES = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])


def _safe_path(path: str) -> None:
    """A second opinion on a name: it stays inside, on every file system, and is never git's own."""
    hold(os.path.normpath(path) == path and not path.startswith("/"), f"a path that is not plain: {path!r}")
    hold(not any(unicodedata.category(c) == "Cc" for c in path), f"control characters in {path!r}")
    for name in path.replace("\\", "/").split("/"):
        hold(name not in {"", ".", ".."}, f"a path that climbs: {path!r}")
        folded = name.translate(_HFS_IGNORES).casefold()
        hold(folded.split(":")[0].rstrip(". ") not in {".git", "git~1"}, f"git's own name: {path!r}")
    hold(len(path.encode()) <= LIMITS.max_path_bytes and path.count("/") < LIMITS.max_depth, "a path beyond its cap")


def _listed(entries: list[Entry]) -> None:
    hold(len(entries) <= LIMITS.max_paths, "more paths than the limit")
    hold(sum(entry.size for entry in entries) <= LIMITS.max_tree_bytes, "more bytes than the limit")
    for entry in entries:
        hold(0 <= entry.size <= LIMITS.max_file_bytes, "a file beyond its limit")
        _safe_path(entry.path)
    hold(all(note.isprintable() for note in source.notes(entries, 0)), "a note that is not printable")


def tree_listing(data: bytes) -> None:
    """Records of ``git ls-tree -z``: a refusal, or entries within every limit."""
    cut = Cut(data)
    sizes = cut.bytes(cut.number(8))
    git = Said(pieces(cut.rest(), sizes))
    try:
        entries = source.listing(git, Path(), "0" * 40, LIMITS)  # type: ignore[arg-type]
    except GraderError as error:
        sound(error, CandidateError, "fetch.")
        return
    _listed(entries)


def _stated(commits: tuple[Commit, ...]) -> None:
    for commit in commits:
        hold(commit.subject.isprintable() and len(commit.subject) <= 201, f"a subject: {commit.subject!r}")
        for moment in (commit.author_time, commit.committer_time):
            hold(datetime.fromisoformat(moment).tzinfo is not None, f"a time without zone: {moment!r}")


def commit_log(data: bytes) -> None:
    """Fields of ``git log -z``: commits with printable subjects and times that can be read."""
    _stated(_log(Said([data]), Path(), "HEAD", 9))  # type: ignore[arg-type]


def git_words(data: bytes) -> None:
    """What git says of a failed fetch becomes a known error, and the server's lines do not choose it."""
    cut = Cut(data)
    theirs = cut.field().replace(b"\r", b" ")
    own = cut.rest()[:8_000]
    found = explain(_own_words(own, None))
    sound(found, (CandidateError, InfrastructureError, UsageError), "fetch.")
    hold(found.detail.isprintable(), "a detail that is not printable")
    end = b"" if own[-1:] in {b"\n", b"\r", b""} else b"\n"
    again = explain(_own_words(own + end + b"remote: " + theirs + b"\n", None))
    hold(again.code == found.code, f"the server's words made {again.code} of {found.code}")


# Real objects, read by the real git.


@cache
def _empty_repository() -> Path:
    place = scratch() / "empty.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--template=", str(place)], check=True, capture_output=True)
    return place


def _store(git_dir: Path, kind: bytes, content: bytes) -> str:
    whole = b"%s %d\0" % (kind, len(content)) + content
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    place = git_dir / "objects" / name[:2] / name[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(zlib.compress(whole, 1))
    return name


_KINDS = (b"100644", b"100755", b"120000", b"160000", b"40000", b"100664", b"0100644", b"644")


def _tree_objects(git_dir: Path, cut: Cut) -> bytes:
    """A tree of raw entries; a folder among them holds the tree made so far."""
    blob = bytes.fromhex(_store(git_dir, b"blob", b"text\n"))
    inner = bytes.fromhex(_store(git_dir, b"tree", b""))
    raw = b""
    for _ in range(cut.number(14)):
        kind = cut.number(len(_KINDS) + 1)
        mode = _KINDS[kind] if kind < len(_KINDS) else cut.field()
        leaf = inner if mode == b"40000" else blob
        raw += mode + b" " + cut.field() + b"\0" + leaf
        if kind == 4 and cut.number(2):
            inner = bytes.fromhex(_store(git_dir, b"tree", raw))
            raw = b""
    return raw


def git_objects(data: bytes) -> None:
    """A raw commit and tree, read by the real git: what we write stays inside, is plain, and is what was listed."""
    cut = Cut(data)
    work = scratch() / "objects"
    shutil.rmtree(work, ignore_errors=True)
    (work / "home").mkdir(parents=True)
    git_dir = work / "git"
    shutil.copytree(_empty_repository(), git_dir)
    tree = _store(git_dir, b"tree", _tree_objects(git_dir, cut))
    commit = _store(git_dir, b"commit", b"tree %s\n" % tree.encode() + cut.rest())
    git = Git(home=work / "home", seconds=20, deadline=time.monotonic() + 20)
    try:
        entries = source.listing(git, git_dir, tree, LIMITS)
        source.write(git, git_dir, entries, work / "tree")
    except GitFailed as failure:
        sound(explain(failure.text), (CandidateError, InfrastructureError), "fetch.")
    except GraderError as error:
        sound(error, CandidateError, "fetch.")
    else:
        _listed(entries)
        _written(work / "tree", entries)
    try:
        _stated(history(git_dir, commit))
        found = _log(replace(git, deadline=time.monotonic() + 20), git_dir, commit, 1)
        hold(len(found) == 1 and found[0].sha == commit, "a log of one commit that has not one entry")
    except GraderError as error:
        sound(error, (CandidateError, InfrastructureError), "fetch.")
    except GitFailed as failure:
        sound(explain(failure.text), (CandidateError, InfrastructureError), "fetch.")


def _written(root: Path, entries: list[Entry]) -> None:
    files = {entry.path for entry in entries if entry.mode in {"100644", "100755", "120000"}}
    found = set()
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            place = Path(folder, name)
            if place.is_symlink() or not (place.is_dir() or place.is_file()):
                raise Broken(f"{place} is neither a file nor a folder")
        found |= {os.path.relpath(Path(folder, name), root) for name in names}
    hold(found == files, f"written {sorted(found)}, listed {sorted(files)}")


_PERSON = b"author A <a@x> 1700000000 +0100\ncommitter A <a@x> 1700000000 +0100\n"
_BLOB = b"0" * 40
_LISTING = (
    b"100644 blob %s      5\tREADME.md\0" b"040000 tree %s       -\tapp\0" b"100755 blob %s     50\tapp/run.py\0"
    b"120000 blob %s      9\tlink\0" b"160000 commit %s       -\tsub\0"
) % ((_BLOB,) * 5)  # fmt: skip

TARGETS = (
    Target(
        name="url",
        run=url,
        max_bytes=2_100,
        seeds=(
            b"\0https://github.com/someone/project",
            b"\0https://[2001:db8::1]:8443/a/b.git",
            b"\1git://127.0.0.1:9418/demo",
            b"\1http://xn--bcher-kva.example/a%20b/",
            b"\0git@github.com:someone/project.git",
            b"\0https://user:pw@host/x?y#z",
            b"\2/nowhere/at-all",
            b"\2file://localhost/nowhere",
            b"\0ext::sh -c x",
            b"\0https://a.example/%2e%2e/x",
        ),
        words=(
            b"https://",
            b"http://",
            b"git://",
            b"file://",
            b"ssh://",
            b"::",
            b"@",
            b"[::1]",
            b":443",
            b"%00",
            b"%2e",
            b"..",
            b"\\",
            b"\xe2\x80\xae",
            b"-",
            b"localhost",
            b"127.0.0.1",
            b"0x7f.1",
            b"\n",
        ),
    ),
    Target(
        name="shown_url",
        run=shown_url,
        max_bytes=2_100,
        seeds=(b"user\nhost/path", b"u@v\nh", b"\nhttps://a:b@c/", b"\xff\x1b[31m\n" + b"x" * 2_060),
        words=(b"@", b":", b"//", b"\\", b"\n", b"\t"),
    ),
    Target(
        name="tree_listing",
        run=tree_listing,
        seeds=(
            b"\0" + _LISTING,
            b"\3\x01\x40\x05" + _LISTING,
            b"\x00100644 blob %s 1\t.git/config\0" % _BLOB,
            b"\x00100644 blob %s 1\ta/../b\0" % _BLOB,
            b"\x00100644 blob %s 99999999999999999999\tx\0" % _BLOB,
            b"\x00100644 blob %s 1\t.g\xe2\x80\x8cit\0" % _BLOB,
            b"\x00100644 blob %s 1\tgit~1 .\0" % _BLOB,
        ),
        words=(
            b"100644 blob ",
            b"040000 tree ",
            b"160000 commit ",
            b"120000 blob ",
            _BLOB,
            b"\t",
            b"\0",
            b"..",
            b".git",
            b"git~1",
            b"\xe2\x80\x8c",
            b"/",
            b"\\",
            b" -\t",
            b"::$INDEX_ALLOCATION",
            b". ",
        ),
    ),
    Target(
        name="commit_log",
        run=commit_log,
        seeds=(
            b"\0".join([_BLOB, b"1700000000", b"2023-11-14T23:13:20+01:00", b"1700000000", b"2023-11-14T22:13:20Z"])
            + b"\0Subject\0",
            b"\0".join([_BLOB, b"99999999999999", b"", b"-5", b"+10000-01-01T00:00:00+99:99", b"\x1b[31m\xff"]) + b"\0",
            b"\0" * 12,
        ),
        words=(b"\0", _BLOB, b"1700000000", b"2023-11-14T23:13:20+01:00", b"+23:59", b"9" * 30, b"\xd9\xa3"),
    ),
    Target(
        name="git_words",
        run=git_words,
        max_bytes=2_048,
        seeds=(
            b"fatal: repository 'x' not found\nfatal: unable to access 'x': The requested URL returned error: 404\n",
            b"error: object " + _BLOB + b": hasDotgit\nfatal: early EOF",
            b"No space left on device\nremote: fsck error\nfatal: remote error: File too large\n",
        ),
        words=(
            b"fatal: ",
            b"remote: ",
            b"error: ",
            b"returned error: 404",
            b"\r",
            b"\n",
            b"fsck error",
            b"File too large",
        ),
    ),
    Target(
        name="git_objects",
        run=git_objects,
        seconds=5.0,
        max_bytes=1_024,
        seeds=(
            b"\2\0README.md\n\0app.py\n" + _PERSON + b"\nSubject\n\nBody\n",
            b"\4\0inner.txt\n\4app\n\1\1run\n\2link\n" + _PERSON + b"encoding latin1\n\n\xe9\x00\x1b[31m",
            b"\3\0a\n\0a\n\4a\n\0" + _PERSON + b"\n",
            b"\2\0.git\n\0a/b\n" + _PERSON + b"\nx",
            b"\1\3sub\nauthor A 99999999999999999999 +9999\ncommitter <> -1 \n\nx",
            b"\1\x08999999\nx\n\n",
        ),
        words=(
            _PERSON,
            b"author ",
            b"committer ",
            b"<>",
            b" +9999\n",
            b"encoding UTF-16\n",
            b"gpgsig ",
            b"parent " + _BLOB,
            b"\n\n",
            b"..",
            b".git",
            b"\0",
            b"9" * 20,
        ),
    ),
)
