"""Fetching: which commit, what goes wrong on our own machine, and the history."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from fetch_hosts import (
    LOCAL,
    MB,
    OPEN,
    Repository,
    fake_git,
    git_daemon,
    http_host,
)

from grader import git
from grader.errors import Blame, CandidateError, InfrastructureError, UsageError
from grader.fetch import fetch, history
from grader.fetch_errors import explain, explain_os

pytest_plugins = ["fetch_fixtures"]
pytestmark = pytest.mark.usefixtures("no_proxy")


# --- which commit --------------------------------------------------------------------------------


def test_default_tip_is_pinned_and_described(repo, get):
    """Without a commit the default branch's tip is taken, and stated in full."""
    repo.files(readme="one")
    tip = repo.files(readme="one", main="two", message="Add \x1b[31mred\n\nbody")
    got = get(repo.path)
    assert (got.commit, got.branch, got.files, got.bytes) == (tip, "main", 2, 6)
    assert got.tree == repo.git("rev-parse", "main^{tree}")
    assert got.url == f"file://{repo.path}"
    assert got.subject == "Add \\x1b[31mred"
    assert got.time == "2026-01-02T03:04:06+01:00"
    assert got.notes == ()


def test_an_older_commit_by_long_and_short_id(repo, get, tmp_path):
    """A commit is found by 40 digits or by 7, in either case of letters."""
    old = repo.files(readme="one")
    repo.files(old, readme="two")
    for wanted in (old, old[:7], old.upper()):
        got = get(repo.path, commit=wanted)
        assert got.commit == old
        assert (got.tree_dir / "readme").read_text() == "one"
        assert got.notes == ()
        shutil.rmtree(tmp_path / "fetched")


@pytest.mark.parametrize("transport", ["file", "smart", "dumb", "git"])
def test_a_commit_of_another_branch_is_fetched_and_noted(transport, repo, get, tmp_path):
    """A commit outside the default branch is graded when asked for, and the reader is told."""
    repo.files(readme="main")
    (repo.path / "git-daemon-export-ok").touch()
    other = repo.files(readme="other", branch="other")
    repo.git("update-server-info")
    with http_host(repo.path.parent) as host, git_daemon(repo.path.parent) as port:
        urls = {"file": f"file://{repo.path}", "git": f"git://127.0.0.1:{port}/work.git"}
        url = urls.get(transport, f"http://127.0.0.1:{host.port}/{transport}/work.git")
        for wanted in (other, other[:8]):
            got = get(url, commit=wanted, policy=OPEN)
            assert (got.commit, got.branch) == (other, "main")
            assert got.notes == ("the commit is not on the default branch (main)",)
            shutil.rmtree(tmp_path / "fetched")


@pytest.mark.parametrize("commit", ["", "abc", "main", "HEAD", "-abcdef1", "abcdefg1", "a" * 41, "abcdef1\n", "HEAD~1"])
def test_what_is_no_commit_id_is_a_usage_error(commit, repo, fails):
    """Only 7 to 40 hexadecimal digits name a commit: no branch, no expression, no option."""
    repo.files(readme="hello")
    fails(repo.path, "fetch.bad_commit", UsageError, commit=commit)


def test_unknown_commit(repo, fails):
    """A commit that nobody pushed is the candidate's to push."""
    repo.files(readme="hello")
    fails(repo.path, "fetch.commit_not_found", commit="1234567")
    fails(repo.path, "fetch.commit_not_found", commit="1" * 40)


def test_ids_of_other_objects_are_no_commits(repo, fails):
    """A tree's or a file's id is not a commit."""
    repo.files(readme="hello")
    fails(repo.path, "fetch.commit_not_found", commit=repo.git("rev-parse", "main^{tree}"))
    fails(repo.path, "fetch.commit_not_found", commit=repo.git("rev-parse", "main:readme")[:9])


def test_a_branch_that_looks_like_an_id_is_not_taken_for_it(repo, fails, get):
    """Ids are looked up as ids: a branch called like the wanted id changes nothing."""
    old = repo.files(readme="one")
    tip = repo.files(old, readme="two")
    repo.git("update-ref", f"refs/heads/{old[:7]}", tip)
    repo.git("update-ref", "refs/heads/deadbee", tip)
    repo.git("symbolic-ref", "HEAD", f"refs/heads/{old[:7]}")
    fails(repo.path, "fetch.commit_not_found", commit="deadbee")
    assert get(repo.path, commit=old[:7]).commit == old


def test_an_ambiguous_id_asks_for_more_digits(repo, fails):
    """Two commits that share seven digits are told apart by the person, not by us."""
    tree = repo.tree(("100644", "readme", repo.object("blob", "hello")))
    seen: dict[str, bytes] = {}
    for number in range(10**6):
        data = f"tree {tree}\nauthor A <a@b> {number} +0000\ncommitter A <a@b> {number} +0000\n\nx\n".encode()
        digits = hashlib.sha1(b"commit %d\0" % len(data) + data, usedforsecurity=False).hexdigest()[:7]
        if digits in seen:
            break
        seen[digits] = data
    parents = [repo.object("commit", seen[digits]), repo.object("commit", data)]
    assert parents[0][:7] == parents[1][:7]
    repo.commit(tree, *parents)
    fails(repo.path, "fetch.ambiguous_commit", UsageError, commit=digits)


def test_empty_repository(repo, fails):
    """A repository without a commit on its default branch is the candidate's to fill."""
    fails(repo.path, "fetch.empty_repository")
    repo.files(readme="hello", branch="other")
    fails(repo.path, "fetch.empty_repository")


def test_commit_of_a_branch_without_a_default(repo, get):
    """A named commit is enough where the default branch has none."""
    other = repo.files(readme="hello", branch="other")
    got = get(repo.path, commit=other)
    assert (got.commit, got.files) == (other, 1)


def test_detached_head(repo, get):
    """A remote without a current branch still has a tip."""
    tip = repo.files(readme="hello")
    repo.git("update-ref", "--no-deref", "HEAD", tip)
    (repo.path / "HEAD").write_text(f"{tip}\n")
    got = get(repo.path)
    assert (got.commit, got.notes) == (tip, ())


def test_a_commit_without_files(repo, get):
    """An empty tree is a submission too: of nothing."""
    repo.commit(repo.tree())
    got = get(repo.path)
    assert (got.files, got.bytes, list(got.tree_dir.iterdir())) == (0, 0, [])


def test_sha256_repositories_are_refused(tmp_path, fails):
    """Ids of 64 digits are not supported, and that is said."""
    other = Repository(tmp_path / "other.git", "--object-format=sha256")
    empty = other.git("hash-object", "-w", "-t", "tree", "--stdin")
    other.git("update-ref", "refs/heads/main", other.git("commit-tree", empty, "-m", "x"))
    fails(other.path, "fetch.object_format")


def test_shallow_repositories_are_noted(repo, get, tmp_path):
    """History that was cut off is said to be cut off."""
    repo.files(repo.files(readme="one"), readme="two")
    subprocess.run(
        ["git", "clone", "-q", "--bare", "--depth=1", f"file://{repo.path}", str(tmp_path / "cut")],
        check=True,
        timeout=20,
    )
    assert get(tmp_path / "cut").notes == ("the repository is a shallow clone: its history is cut off",)


# --- our own machine -----------------------------------------------------------------------------


def test_local_paths_only_by_policy(repo, get, fails, tmp_path):
    """A path or file:// address works for the local command line, and a missing one is said to be missing."""
    repo.files(readme="hello")
    fails(tmp_path / "missing", "fetch.not_found")
    fails(f"file://{tmp_path}/missing", "fetch.not_found")
    fails("file://elsewhere/work", "fetch.bad_url")
    fails(tmp_path / "hosted", "fetch.not_found")
    odd = tmp_path / "with space %41 ü"
    shutil.copytree(repo.path, odd)
    assert get(odd).files == 1


def test_an_output_folder_in_use_is_kept(repo, tmp_path):
    """A second fetch into the same place is refused and harms nothing."""
    repo.files(readme="hello")
    into = tmp_path / "into"
    fetch(str(repo.path), commit=None, into=into, policy=LOCAL)
    with pytest.raises(UsageError) as caught:
        fetch(str(repo.path), commit=None, into=into, policy=LOCAL)
    assert caught.value.code == "fetch.into_in_use"
    assert (into / "tree/readme").read_text() == "hello"


def test_an_error_removes_only_what_the_fetch_made(repo, tmp_path):
    """What else lies in the output folder stays."""
    into = tmp_path / "into"
    into.mkdir()
    (into / "notes").touch()
    with pytest.raises(CandidateError):
        fetch(str(repo.path), commit=None, into=into, policy=LOCAL)
    assert [place.name for place in into.iterdir()] == ["notes"]


def test_git_missing(fails, tmp_path, monkeypatch):
    """Without git the machine is not ready, and that is said."""
    monkeypatch.setenv("PATH", str(tmp_path))
    fails(tmp_path, "fetch.git_missing", InfrastructureError)


def test_git_too_old_to_pin(fails, tmp_path, monkeypatch):
    """An old git ignores the pin silently, so it is refused."""
    fake_git(tmp_path, monkeypatch, "")
    program = tmp_path / "bin" / "git"
    program.write_text(program.read_text().replace("2.40.0", "2.36.9"))
    fails(tmp_path, "fetch.git_too_old", InfrastructureError)


def test_git_gets_nothing_of_our_environment(tmp_path, monkeypatch, fails):
    """Secrets in our environment never reach git; its HOME is an empty directory."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    fake_git(
        tmp_path,
        monkeypatch,
        f'env >{tmp_path}/env; ls -A "$HOME" >>{tmp_path}/env; echo "$@" >{tmp_path}/args; exit 128',
    )
    fails(tmp_path, "fetch.git_failed", InfrastructureError)
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    allowed = {"PATH", "HOME", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_", "SSL_CERT_DIR"}
    assert {name for name in names - allowed if not name.startswith("GIT_")} == set()
    given = (tmp_path / "args").read_text()
    for setting in git.CONFIG:
        assert f"-c {setting}" in given
    assert "protocol.file.allow=always" in given
    assert "protocol.https" not in given


def test_children_of_git_die_with_it(tmp_path, monkeypatch, fails):
    """At the deadline the whole group is killed, not only git."""
    fake_git(tmp_path, monkeypatch, f"sleep 30 & echo $! >{tmp_path}/pid; wait")
    fails(tmp_path, "fetch.timeout", InfrastructureError, timeout_s=0.5)
    child = Path("/proc") / (tmp_path / "pid").read_text().strip() / "cmdline"
    assert not child.exists() or not child.read_bytes()


def test_a_flood_of_messages_is_not_kept(tmp_path, monkeypatch, fails):
    """A server's endless messages cost neither memory nor the blame."""
    flood = "yes 'remote: fatal: No space left on device' | head -c 30000000 >&2; exit 128"
    fake_git(tmp_path, monkeypatch, flood)
    error = fails(tmp_path, "fetch.git_failed", InfrastructureError)
    assert len(error.detail) < 20_000


def test_one_endless_line_is_not_taken_for_gits(tmp_path, monkeypatch, fails):
    """A server's line so long that its beginning is lost is still the server's."""
    long = "head -c 99999 /dev/zero | tr '\\0' x >&2"
    line = f"printf 'remote: ' >&2; {long}; echo ' No space left on device' >&2; exit 128"
    fake_git(tmp_path, monkeypatch, line)
    fails(tmp_path, "fetch.git_failed", InfrastructureError)


@pytest.mark.parametrize(
    ("said", "code", "blame"),
    [
        ("fatal: write error: No space left on device", "disk_full", Blame.INFRASTRUCTURE),
        ("fatal: remote error: No space left on device", "not_found", Blame.CANDIDATE),
        ("fatal: Out of memory, malloc failed (tried to allocate 9 bytes)", "clone_too_large", Blame.CANDIDATE),
        ("fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", "unreachable", Blame.INFRASTRUCTURE),
        ("fatal: could not read Username for 'x': terminal prompts disabled", "not_found", Blame.CANDIDATE),
        ("fatal: detected dubious ownership in repository at 'x'", "local_owner", Blame.INFRASTRUCTURE),
        ("fatal: remote error: \nThe requested URL returned error: 503", "not_found", Blame.CANDIDATE),
        ("error: unable to access 'x': The requested URL returned error: 302", "redirected", Blame.CANDIDATE),
        ("something new", "git_failed", Blame.INFRASTRUCTURE),
    ],
)
def test_whose_what_git_says_is(said, code, blame):
    """Every message we know has one code and one blame; a new one is ours."""
    error = explain(said)
    assert (error.code, error.blame) == (f"fetch.{code}", blame)


def test_disk_full_while_writing(repo, fails, monkeypatch):
    """A full disk is ours, whoever notices it."""
    repo.files(readme="hello")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)
    fails(repo.path, "fetch.disk_full", InfrastructureError)
    assert explain_os(PermissionError(13, "no")).code == "fetch.io"


def test_disk_full_in_git(repo, tmp_path):
    """What git says of a full disk lead to the same code."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False, timeout=10).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        repo.files(noise=os.urandom(3 * MB))
        with pytest.raises(InfrastructureError) as caught:
            fetch(str(repo.path), commit=None, into=small / "into", policy=LOCAL)
    finally:
        subprocess.run(["umount", str(small)], check=True, timeout=10)
    assert caught.value.code == "fetch.disk_full"


# --- history -------------------------------------------------------------------------------------


def test_history_is_newest_first_and_limited(repo, get):
    """The log gives the newest commits as they state themselves, and no more than asked for."""
    one = repo.files(readme="1", message="One")
    two = repo.files(one, readme="2", message="Two")
    got = get(repo.path)
    assert [(c.sha, c.subject) for c in history(got.git_dir, two)] == [(two, "Two"), (one, "One")]
    assert [c.sha for c in history(got.git_dir, two, limit=1)] == [two]
    first = history(got.git_dir, one)[0]
    assert (first.author_time, first.committer_time) == ("2026-01-02T03:04:05+01:00", "2026-01-02T03:04:06+01:00")


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("1700000000 +0530", "2023-11-15T03:43:20+05:30"),
        ("1700000000 +9999", "2023-11-14T22:13:20+00:00"),
        ("0 +0000", "1970-01-01T00:00:00+00:00"),
        ("99999999999999 +0000", "9999-12-31T23:59:59+00:00"),
        ("18446744073709551615 +0000", "1970-01-01T00:00:00+00:00"),
    ],
)
def test_senseless_times_still_have_a_form(stated, shown, repo):
    """A forged time is shown as a time in UTC; nothing downstream has to parse nonsense."""
    raw = f"tree {repo.tree()}\nauthor A <a@b> {stated}\ncommitter A <a@b> {stated}\n\nx\n"
    (commit,) = history(repo.path, repo.object("commit", raw))
    assert commit.author_time == commit.committer_time == shown


def test_subjects_are_printable_and_short(repo):
    """A commit message can't move the cursor, split a record or fill a page."""
    first = repo.files(readme="1", message="a\x1b]0;x\x07\u202eb")
    second = repo.files(first, readme="1", message="x" * 100_000)
    newest, oldest = history(repo.path, second)
    assert oldest.subject == "a\\x1b]0;x\\x07\\u202eb"
    assert len(newest.subject) <= 201


def test_history_of_what_is_not_there(repo):
    """A commit that is not in the clone is an error of ours, not an empty history."""
    with pytest.raises(InfrastructureError):
        history(repo.path, "1" * 40)
