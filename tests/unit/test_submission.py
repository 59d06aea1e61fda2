"""The manifest: its forms, its errors, and whatever else a repository may hold in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import Blame, CandidateError
from grader.remote import shown
from grader.submission import Manifest, read_manifest

COMMAND = '[service]\ncommand = "x"\n'


def read(folder, data: str | bytes) -> Manifest:
    """The manifest of a tree that holds these bytes."""
    (folder / "takehome.toml").write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_manifest(folder)


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ('"python -m app --port $PORT"', ("python", "-m", "app", "--port", "$PORT")),
        ("\"python -c 'print(1)  # x'\"", ("python", "-c", "print(1)  # x")),
        ('"a; b && c > d"', ("a;", "b", "&&", "c", ">", "d")),
        ('["python", "two words", "*"]', ("python", "two words", "*")),
    ],
)
def test_a_command_is_a_list_or_is_split_as_a_shell_splits_words(tmp_path, written, command):
    """A string becomes words, a list stays as it is, and nothing else of a shell happens."""
    assert read(tmp_path, f"[service]\ncommand = {written}\n").service.command == command


def test_training_is_a_command_like_the_services(tmp_path):
    """[train] is split alike, and a single sentence of what was left out stands for a list of one."""
    manifest = read(tmp_path, f'left_out = "Re-ranking."\n[train]\ncommand = "python -m train --all"\n{COMMAND}')
    assert manifest.train.command == ("python", "-m", "train", "--all")
    assert manifest.left_out == ("Re-ranking.",)
    assert read(tmp_path, COMMAND).train is None


def test_every_field_of_the_brief_is_read(tmp_path):
    """Challenge, hours, what was left out and claims are taken as they stand."""
    text = 'challenge = "echo"\nhours = 3.5\nleft_out = ["Re-ranking."]\n[claims]\nrecall_at_10 = 1\n' + COMMAND
    manifest = read(tmp_path, text)
    assert (manifest.challenge, manifest.hours, manifest.left_out) == ("echo", 3.5, ("Re-ranking.",))
    assert manifest.claims == {"recall_at_10": 1.0}
    assert read(tmp_path, COMMAND) == Manifest.model_validate({"service": {"command": ["x"]}})


INVALID = {
    "a command is missing": "hours = 3",
    "the command is empty": '[service]\ncommand = ""',
    "the command is an empty list": "[service]\ncommand = []",
    "a word is empty": '[service]\ncommand = ["x", ""]',
    "a quote is open": '[service]\ncommand = "x \'y"',
    "a word is a number": "[service]\ncommand = [1]",
    "an argument holds NUL": '[service]\ncommand = ["x\\u0000"]',
    "too many words": "[service]\ncommand = [" + '"a",' * 65 + "]",
    "a word is too long": f'[service]\ncommand = ["{"a" * 4_097}"]',
    "an unknown field": "score = 100\n" + COMMAND,
    "an unknown field of the service": COMMAND + "port = 80\n",
    "hours below nothing": "hours = -1\n" + COMMAND,
    "hours that are no number": "hours = nan\n" + COMMAND,
    "hours without end": "hours = inf\n" + COMMAND,
    "hours of 400 digits": f"hours = 1{'0' * 400}\n" + COMMAND,
    "a claim that is text": 'claims = {a = "high"}\n' + COMMAND,
    "a claim that is no number": "claims = {a = nan}\n" + COMMAND,
    "too many claims": f"claims = {{{','.join(f'a{n} = 1' for n in range(51))}}}\n" + COMMAND,
    "too much left out": "left_out = [" + '"a",' * 51 + "]\n" + COMMAND,
    "a sentence too long": f'left_out = ["{"a" * 2_001}"]\n' + COMMAND,
    "service is no table": "service = 3",
}
NOT_TOML = {
    "unfinished": "[service",
    "not UTF-8": b'[service]\ncommand = "\xff"',
    "UTF-16": COMMAND.encode("utf-16"),
    "a number of 5,000 digits": "hours = 1" + "0" * 5_000,
    "nested too deeply": "x = " + "[" * 20_000,
    "a key of 20,000 parts": "a" + ".a" * 20_000 + " = 1",
    "a quoted key of 5,000 parts": "['a'" + ' . "a"' * 5_000 + "]",
    "a key twice": "hours = 1\nhours = 2",
}


@pytest.mark.parametrize("what", INVALID)
def test_what_the_brief_does_not_allow_is_the_candidates_to_mend(tmp_path, what):
    """A manifest of another form is refused with its place, whatever the form."""
    with pytest.raises(CandidateError) as caught:
        read(tmp_path, INVALID[what])
    assert (caught.value.code, caught.value.blame) == ("manifest.invalid", Blame.CANDIDATE)


@pytest.mark.parametrize("what", NOT_TOML)
def test_what_is_no_toml_is_the_candidates_to_mend(tmp_path, what):
    """Bytes that are no TOML, or that only a hostile author writes, are refused at once."""
    with pytest.raises(CandidateError) as caught:
        read(tmp_path, NOT_TOML[what])
    assert (caught.value.code, caught.value.blame) == ("manifest.not_toml", Blame.CANDIDATE)


def test_no_manifest(tmp_path):
    """A tree without a manifest, or with a folder or a link in its place, says what to add."""
    for make in (Path.exists, Path.mkdir, lambda p: (p.rmdir(), p.symlink_to("/etc/hosts"))):
        make(tmp_path / "takehome.toml")
        with pytest.raises(CandidateError) as caught:
            read_manifest(tmp_path)
        assert caught.value.code == "manifest.missing"


def test_a_manifest_has_a_size(tmp_path):
    """64 KB are read; one byte more is refused."""
    assert read(tmp_path, COMMAND.ljust(64 * 1024)).service.command == ("x",)
    with pytest.raises(CandidateError) as caught:
        read(tmp_path, COMMAND.ljust(64 * 1024 + 1))
    assert caught.value.code == "manifest.too_large"


def test_a_strangers_words_are_made_printable(tmp_path):
    """Control characters of a field's name reach no terminal."""
    with pytest.raises(CandidateError) as caught:
        read(tmp_path, '"\\u001b[31m" = 1\n' + COMMAND)
    assert "\\x1b[31m: Extra inputs" in caught.value.message


PIECES = st.sampled_from(["[service]\n", "command", " = ", '"x"', "[", "]", "{", "}", "hours", "claims", "1e999", "nan",
                          "'", '"""', "\\u0000", "\n", ".", ",", "left_out", "2020-01-01", "true", "-0x1"])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode), st.lists(PIECES).map("".join)))
def test_no_bytes_raise_anything_else(tmp_path_factory, data):
    """Whatever the file holds, it is a manifest or the candidate's error."""
    try:
        manifest = read(tmp_path_factory.getbasetemp(), data)
        held = Manifest.model_validate_json(manifest.to_json()) == manifest
    except CandidateError as error:
        held = error.code in {"manifest.not_toml", "manifest.invalid"} and error.message.isprintable()
    assert held


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://git.example/a/b@c", "https://git.example/a/b@c"),
        ("https://user:secret@git.example/a", "https://git.example/a"),
        ("https://user:sec@ret@git.example/a", "https://git.example/a"),
        ("git@git.example:a/b.git", "git@git.example:a/b.git"),
        ("https://git.example/\x1b[31m\udcff", "https://git.example/\\x1b[31m\\udcff"),
    ],
)
def test_an_address_is_kept_without_its_password(url, kept):
    """What is shown and recorded of a URL is printable and holds no password, also when it is refused."""
    assert shown(url) == kept
