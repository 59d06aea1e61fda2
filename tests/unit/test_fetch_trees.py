"""Fetching: bombs and hostile objects, written with plumbing."""

from __future__ import annotations

import os
import time

import pytest
from fetch_hosts import (
    MB,
    OPEN,
    fake_git,
    http_host,
)

from grader import git

pytest_plugins = ["fetch_fixtures"]
pytestmark = pytest.mark.usefixtures("no_proxy")
WITHOUT_FSCK = tuple(setting for setting in git.CONFIG if "fsck" not in setting)


# --- how much ------------------------------------------------------------------------------------


def test_tree_bomb_stops_early(repo, fails):
    """10^12 paths from a few kilobytes of objects are refused while they are being listed."""
    repo.commit(repo.nested(("100644", repo.object("blob", "x")), width=10, depth=12))
    started = time.monotonic()
    fails(repo.path, "fetch.too_many_paths")
    assert time.monotonic() - started < 20


def test_bomb_of_empty_directories_stops_early(repo, fails):
    """10^12 directories without a single file are refused as well."""
    repo.commit(repo.nested(("40000", repo.tree()), width=10, depth=12))
    started = time.monotonic()
    fails(repo.path, "fetch.too_many_paths")
    assert time.monotonic() - started < 20


def test_blob_bomb(repo, fails):
    """A small pack with a huge file is refused by the file's size, without writing it."""
    size = 64 * MB
    script = (
        b"blob\nmark :1\ndata %d\n%s\ncommit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 1\nx\nM 100644 :1 zeros\n"
    )
    repo.git("fast-import", "--quiet", text=script % (size, bytes(size)))
    error = fails(repo.path, "fetch.file_too_large")
    assert "zeros" in error.message


@pytest.mark.parametrize("source", ["file", "smart"])
def test_a_large_clone_is_stopped(source, repo, fails):
    """The clone itself has a limit, whichever way it comes."""
    repo.files(noise=os.urandom(3 * MB))
    with http_host(repo.path.parent) as host:
        url = repo.path if source == "file" else f"http://127.0.0.1:{host.port}/smart/work.git"
        fails(url, "fetch.clone_too_large", policy=OPEN, max_clone_bytes=MB)


def test_a_clone_is_killed_while_it_grows(tmp_path, fails, monkeypatch):
    """The watcher kills a git, with its children, that would go on writing for ever."""
    fake_git(
        tmp_path,
        monkeypatch,
        'for last; do :; done; mkdir -p "$last"; sleep 30 & yes >"$last/a" & yes >"$last/b" & wait',
    )
    started = time.monotonic()
    fails(tmp_path, "fetch.clone_too_large", max_clone_bytes=20 * MB)
    assert time.monotonic() - started < 20


def test_one_file_is_capped_by_the_kernel(repo, fails, monkeypatch):
    """What writes faster than we poll meets the kernel's own limit on a file, with the same blame."""
    monkeypatch.setattr(git, "size_of", lambda _: 0)
    repo.files(noise=os.urandom(6 * MB))
    error = fails(repo.path, "fetch.clone_too_large", max_clone_bytes=MB)
    assert "File too large" in error.detail


def test_many_files_within_the_limit_and_one_beyond(repo, get, fails):
    """The limit on paths is exact."""
    repo.files(**{f"f{i}": "x" for i in range(10)})
    fails(repo.path, "fetch.too_many_paths", max_paths=9)
    assert get(repo.path, max_paths=10).files == 10


def test_total_size_is_exact(repo, get, fails):
    """The limit on the files' sum is exact, and the same content twice counts twice."""
    repo.files(a="12345", b="12345")
    fails(repo.path, "fetch.tree_too_large", max_tree_bytes=9)
    assert get(repo.path, max_tree_bytes=10).bytes == 10


def test_depth_is_exact(repo, get, fails):
    """The limit on depth is exact."""
    repo.commit(repo.nested(("100644", repo.object("blob", "x")), width=1, depth=8))
    fails(repo.path, "fetch.too_deep", max_depth=7)
    assert get(repo.path, max_depth=8).files == 1


def test_very_deep_directories(repo, fails):
    """Thousands of nested directories are refused at the limit, not at git's stack."""
    path = b"/".join([b"d"] * 4000)
    commit = b"commit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 1\nx\nM 100644 inline %s\ndata 1\nx\n"
    repo.git("fast-import", "--quiet", text=commit % path)
    fails(repo.path, "fetch.too_deep")


@pytest.mark.parametrize(("names", "limit"), [(["n" * 256], 1024), (["n" * 200] * 6, 1024), (["n" * 65536], 10**6)])
def test_long_paths(names, limit, repo, fails):
    """Paths and names that file systems can't hold are refused with a sentence."""
    of, mode = repo.object("blob", "x"), "100644"
    for name in reversed(names):
        of, mode = repo.tree((mode, name, of)), "40000"
    repo.commit(of)
    fails(repo.path, "fetch.path_too_long", max_path_bytes=limit)


# --- hostile trees -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        ".git",
        ".GIT",
        ".Git",
        "git~1",
        "GIT~1",
        ".git ",
        ".git. .",
        ".git::$INDEX_ALLOCATION",
        ".g\u200cit",
        "\ufeff.git",
        "a\\.git",
        "..",
        ".",
        "a\\..\\b",
        "new\nline",
        "esc\x1b[2J",
        "nul-free\x7f",
        "c1\x9b31m",
        "line\u2028separator",
        b"latin-1 \xe9",
    ],
)
@pytest.mark.parametrize("checked", [True, False])
def test_dangerous_names_are_refused(name, checked, repo, fails, monkeypatch):
    """Names of git's own, names that climb, and names that can't be printed never reach our disk."""
    if not checked:  # git's own check first, then ours alone
        monkeypatch.setattr(git, "CONFIG", WITHOUT_FSCK)
    blob = repo.object("blob", "x")
    repo.commit(repo.tree(("100644", name, blob)))
    fails(repo.path, "fetch.bad_path")
    repo.commit(repo.tree(("40000", name, repo.tree(("100644", "config", blob)))))
    fails(repo.path, "fetch.bad_path")


@pytest.mark.parametrize(
    ("name", "code", "config"),
    [
        ("", "malformed", git.CONFIG),
        ("a/b", "bad_path", git.CONFIG),
        ("../../escaped", "bad_path", git.CONFIG),
        ("../../escaped", "bad_path", WITHOUT_FSCK),
    ],
)
def test_names_that_no_git_writes(name, code, config, repo, fails, tmp_path, monkeypatch):  # noqa: PLR0917 - fixtures
    """An empty name and one with a slash are refused, by git's own check or else by ours."""
    monkeypatch.setattr(git, "CONFIG", config)
    repo.commit(repo.tree(("100644", name, repo.object("blob", "x"))))
    fails(repo.path, f"fetch.{code}")
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize(
    "name", [".gitignore", ".github", "git", ".gitattributes", "..a", "a..", "ünï", "a b", "a:b", "-x"]
)
def test_ordinary_odd_names_are_kept(name, repo, get):
    """Names that only resemble dangerous ones are written as they are."""
    repo.commit(repo.tree(("100644", name, repo.object("blob", "x"))))
    got = get(repo.path)
    assert [file.name for file in got.tree_dir.iterdir()] == [name]


def test_symlinks_become_text(repo, get):
    """A link to a file of ours is a text file that holds its target: nothing is followed."""
    links = [("120000", name, repo.object("blob", to)) for name, to in (("a", "/etc/passwd"), ("b", "../../.."))]
    repo.commit(repo.tree(*links))
    got = get(repo.path)
    assert (got.tree_dir / "a").read_text() == "/etc/passwd"
    assert not any(file.is_symlink() for file in got.tree_dir.iterdir())
    assert got.notes == ("2 symlinks written as text",)


def test_a_file_beneath_a_symlink(repo, fails, tmp_path):
    """A link and a directory of the same name can't be used to write through the link."""
    target = tmp_path / "target"
    target.mkdir()
    link = repo.object("blob", str(target))
    inside = repo.tree(("100644", "file", repo.object("blob", "x")))
    repo.commit(repo.tree(("120000", "link", link), ("40000", "link", inside)))
    fails(repo.path, "fetch.malformed")
    assert not list(target.iterdir())


def test_the_writer_itself_refuses_a_name_twice(repo, fails, monkeypatch):
    """Even if git's own check were off, the second entry of a name is not written through the first."""
    monkeypatch.setattr(git, "CONFIG", WITHOUT_FSCK)
    link, blob = repo.object("blob", "/tmp"), repo.object("blob", "x")  # noqa: S108 - a link's target, never used
    repo.commit(repo.tree(("120000", "link", link), ("40000", "link", repo.tree(("100644", "file", blob)))))
    fails(repo.path, "fetch.malformed")
    repo.commit(repo.tree(("100644", "twice", blob), ("100644", "twice", link)))
    fails(repo.path, "fetch.malformed")


def test_what_old_tools_wrote_is_accepted(repo, get):
    """Zero-padded modes, group-writable files and odd time zones are in honest old histories."""
    blob = repo.object("blob", "x")
    tree = repo.tree(("040000", "folder", repo.tree(("100664", "file", blob))))
    who = "A <a@b> 1700000000 +051800"
    repo.git(
        "update-ref", "refs/heads/main", repo.object("commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n")
    )
    assert (get(repo.path).tree_dir / "folder/file").read_text() == "x"


def test_submodules_are_left_out(repo, get, tmp_path):
    """A submodule's URL is never used: it may be a command."""
    marker = tmp_path / "marker"
    modules = f'[submodule "x"]\n\tpath = vendor/x\n\turl = "ext::sh -c touch% {marker}"\n'
    vendor = repo.tree(("160000", "x", "1" * 40))
    repo.commit(repo.tree(("100644", ".gitmodules", repo.object("blob", modules)), ("40000", "vendor", vendor)))
    got = get(repo.path)
    assert got.notes == ("submodule vendor/x left out",)
    assert got.files == 1
    assert not (got.tree_dir / "vendor").exists()
    assert not marker.exists()


def test_many_submodules_make_one_short_note(repo, get):
    """A note stays short whatever the repository holds."""
    repo.commit(repo.tree(*[("160000", f"m{i}", "1" * 40) for i in range(9)]))
    assert get(repo.path).notes == ("submodules m0, m1, m2 and 6 more left out",)


def test_filters_attributes_and_lfs_do_not_run(repo, get, tmp_path, monkeypatch):
    """Files are the committed bytes: no smudge filter, line ending, ident or LFS download touches them."""
    home, marker = tmp_path / "home", tmp_path / "marker"
    home.mkdir()
    (home / ".gitconfig").write_text(f'[filter "lfs"]\n\tsmudge = touch {marker}\n\tprocess = touch {marker}\n')
    monkeypatch.setenv("HOME", str(home))
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 5\n"
    contents = {
        ".gitattributes": "* filter=lfs diff=lfs text eol=crlf ident working-tree-encoding=UTF-16 export-ignore\n",
        ".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:1/\n",
        "model.bin": pointer,
        "text": "one\n$Id$\n",
    }
    repo.commit(repo.tree(*[("100644", name, repo.object("blob", data)) for name, data in contents.items()]))
    got = get(repo.path)
    assert {file.name: file.read_bytes().decode() for file in got.tree_dir.iterdir()} == contents
    assert got.notes == ("LFS pointers left as they are: 1",)
    assert not marker.exists()


def test_hooks_and_configuration_do_not_run(repo, get, tmp_path, monkeypatch):
    """Neither the repository's hooks nor our user's configuration and environment take part."""
    marker, home = tmp_path / "marker", tmp_path / "home"
    repo.files(readme="hello")
    for hook in ("post-checkout", "post-update", "reference-transaction", "pre-auto-gc"):
        (repo.path / "hooks").mkdir(exist_ok=True)
        (repo.path / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (repo.path / "hooks" / hook).chmod(0o755)
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[core]\n\thooksPath = {repo.path}/hooks\n\tfsmonitor = touch {marker}\n[url "file:///nowhere"]\n\tinsteadOf = file://\n'
    )
    monkeypatch.setenv("HOME", str(home))
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, str(home / ".gitconfig"))
    for name in (
        "GIT_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_TEMPLATE_DIR",
        "GIT_SSH_COMMAND",
        "GIT_EXEC_PATH",
        "GIT_TRACE",
    ):
        monkeypatch.setenv(name, str(home))
    assert get(repo.path).files == 1
    assert not marker.exists()


def test_modes_and_bytes_are_the_commits(repo, get):
    """Executable files stay executable, whatever our umask; binary content and sizes around the buffer are exact."""
    sizes = [0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 300_000]
    blobs = {f"f{size}": os.urandom(size) for size in sizes}
    entries = [("100755", name, repo.object("blob", data)) for name, data in sorted(blobs.items())]
    folder = repo.tree(("100644", "plain", repo.object("blob", "x")))
    repo.commit(repo.tree(*entries, ("40000", "folder", folder)))
    before = os.umask(0o077)
    try:
        got = get(repo.path)
    finally:
        os.umask(before)
    for name, data in blobs.items():
        assert (got.tree_dir / name).read_bytes() == data
        assert (got.tree_dir / name).stat().st_mode & 0o777 == 0o755
    assert (got.tree_dir / "folder").stat().st_mode & 0o777 == 0o755
    assert (got.tree_dir / "folder/plain").stat().st_mode & 0o777 == 0o644
    assert got.tree_dir.stat().st_mode & 0o777 == 0o755


def test_names_that_differ_by_case_are_noted(repo, get):
    """Both files are written, and the reader is told."""
    repo.files(README="a", readme="b")
    got = get(repo.path)
    assert got.files == 2
    assert got.notes == ("names that differ only by case: README, readme",)


def test_malformed_objects_are_the_candidates(repo, fails):
    """What git's own check refuses is reported as the repository's."""
    commit = repo.object("commit", f"tree {repo.tree()}\nauthor nobody\ncommitter nobody\n\nx\n")
    repo.git("update-ref", "refs/heads/main", commit)
    assert "missingEmail" in fails(repo.path, "fetch.malformed").detail
