"""Which runtime a submission has, and what follows from it for the score."""

from __future__ import annotations

import pytest

from grader.errors import Blame, CandidateError
from grader.runtimes import RUNTIMES, runtime_of
from grader.submission import Manifest, read_manifest

PACKAGE, LOCK, LISTED, PROJECT = "package.json", "package-lock.json", "requirements.txt", "pyproject.toml"


def decided(folder, command: str, *files: str, stated: str | None = None) -> str:
    """The name of the runtime of a tree with these files."""
    for name in files:
        (folder / name).write_text("{}")
    manifest = Manifest.model_validate({"service": {"command": command, "runtime": stated}})
    return runtime_of(folder, manifest).name


@pytest.mark.parametrize(
    ("command", "files", "name"),
    [
        ("python3 -m service", (), "python"),
        ("./run", (), "python"),
        ("uvicorn app:app", (LISTED,), "python"),
        ("uvicorn app:app", (LISTED, PACKAGE), "python"),
        ("python server.py", (PACKAGE, LOCK), "python"),
        ("python3.11 server.py", (PACKAGE, LOCK, LISTED), "python"),
        ("/usr/bin/node server.js", (), "node"),
        ("node server.js", (LISTED,), "node"),
        ("npm start", (PACKAGE,), "node"),
        ("tsx server.ts", (PACKAGE, LOCK), "node"),
        ("tsx server.ts", (PACKAGE,), "node"),
    ],
)
def test_the_command_says_it_and_then_the_files(tmp_path, command, files, name):
    """What the command starts decides; a program that is neither leaves it to the files at the root."""
    assert decided(tmp_path, command, *files) == name


@pytest.mark.parametrize("name", sorted(RUNTIMES))
def test_the_manifest_says_it_first(tmp_path, name):
    """``[service] runtime`` decides whatever the command and the files look like."""
    assert decided(tmp_path, "python3 server.py", PACKAGE, LOCK, stated=name) == name
    assert decided(tmp_path, "node server.js", LISTED, stated=name) == name


@pytest.mark.parametrize("python", [LISTED, PROJECT, "uv.lock"])
def test_both_is_neither(tmp_path, python):
    """Files of both runtimes, and a command that is of neither, are the candidate's to make clear."""
    with pytest.raises(CandidateError) as caught:
        decided(tmp_path, "./start", PACKAGE, LOCK, python)
    assert (caught.value.code, caught.value.blame) == ("manifest.runtime_unclear", Blame.CANDIDATE)
    assert python in caught.value.message
    assert 'runtime = "node"' in caught.value.next_step


def test_a_runtime_that_is_none(tmp_path):
    """A runtime that nobody knows is refused with the names of those that there are."""
    (tmp_path / "takehome.toml").write_text('[service]\ncommand = "ruby x"\nruntime = "ruby"\n')
    with pytest.raises(CandidateError) as caught:
        read_manifest(tmp_path)
    assert caught.value.code == "manifest.invalid"
    assert "'python' or 'node'" in caught.value.message
