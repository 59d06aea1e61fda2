"""Records on disk: whole or absent, always the same bytes, and strict when read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from records import COMMIT, challenge, evidence

from grader.errors import Blame, CandidateError, GraderError, InfrastructureError, UsageError, printable
from grader.evidence import Evidence, Failure, Measure
from grader.limits import Limits
from grader.record import Record, write_whole
from grader.submission import Submission

pytest_plugins = ["disk_fixtures"]


def test_a_record_is_read_back_as_it_was(tmp_path):
    """What was saved is loaded equal, and saving it again gives the same bytes."""
    one = evidence()
    one.save(tmp_path / "deep" / "evidence.json")
    two = Evidence.load(tmp_path / "deep" / "evidence.json")
    two.save(tmp_path / "again.json")
    assert two == one
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "deep" / "evidence.json").read_bytes()


def test_the_json_is_canonical():
    """Sorted keys, two spaces, UTF-8 as it is, one newline at the end; independent of the order of making."""

    class Sample(Record):
        b: dict[str, int]
        a: str

    text = Sample(b={"z": 1, "y": 2}, a="ü").to_json()
    assert text == '{\n  "a": "ü",\n  "b": {\n    "y": 2,\n    "z": 1\n  }\n}\n'
    assert Sample(a="ü", b={"y": 2, "z": 1}).digest() == Sample(b={"z": 1, "y": 2}, a="ü").digest()


def test_a_changed_field_changes_the_digest():
    """A digest stands for every field: another limit is another identity."""
    identity = evidence().identity
    other = identity.model_copy(update={"limits": Limits(boot_s=61)})
    assert (identity.key() == identity.digest(), identity.key() != other.key()) == (True, True)


def test_records_are_frozen_strict_and_finite():
    """A record can't be changed, takes no unknown field and no number that isn't one."""
    with pytest.raises(ValidationError, match="frozen"):
        challenge().title = "Other"
    with pytest.raises(ValidationError, match="Extra inputs"):
        Submission(url="u", commit="", stars=5)
    for value in ("NaN", "Infinity", "-Infinity"):
        with pytest.raises(ValidationError, match="finite"):
            Measure.model_validate_json(f'{{"value": {value}}}')


BROKEN = {
    "empty": b"",
    "half": b'{"schema_version": 1',
    "not UTF-8": b'{"grading": "\xff"}',
    "a list": b"[]",
    "another record": Submission(url="u", commit=COMMIT).to_json().encode(),
    "another version": evidence().to_json().replace('"schema_version": 1', '"schema_version": 2').encode(),
    "an unknown field": evidence().to_json().replace('"began_at"', '"ended_at"').encode(),
    "very deep": b"[" * 100_000,
    "a lone surrogate": b'{"grading": "\\ud800"}',
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_record_is_refused_and_left_alone(tmp_path, what):
    """A file that this version can't read is a usage error, and stays as it is."""
    path = tmp_path / "evidence.json"
    path.write_bytes(BROKEN[what])
    with pytest.raises(UsageError) as caught:
        Evidence.load(path)
    assert (caught.value.code, caught.value.exit_code) == ("record.unreadable", 2)
    assert path.read_bytes() == BROKEN[what]


def test_a_missing_record_says_which_folder_to_name(tmp_path):
    """A folder without the file, or a file in the folder's place, is a usage error; a folder in its place too."""
    (tmp_path / "file").touch()
    (tmp_path / "evidence.json").mkdir()
    for path, code in (
        (tmp_path / "none" / "evidence.json", "record.missing"),
        (tmp_path / "file" / "evidence.json", "record.missing"),
        (tmp_path / "evidence.json", "record.unreadable"),
    ):
        with pytest.raises(UsageError) as caught:
            Evidence.load(path)
        assert caught.value.code == code


def test_a_full_disk_leaves_the_old_file(small_disk):
    """When the disk is full the old file stays whole, nothing half-written lies beside it, and the error says so."""
    target = small_disk / "record.json"
    write_whole(target, b"old")
    with pytest.raises(InfrastructureError) as caught:
        write_whole(target, b"x" * 200_000)
    assert caught.value.code == "disk.full"
    assert target.read_bytes() == b"old"
    assert [path.name for path in small_disk.iterdir()] == ["record.json"]


@pytest.mark.parametrize("place", ["file/record.json", "folder"])
def test_a_place_that_cannot_be_written_is_named(tmp_path, place):
    """A file where a folder should be, or a folder where the file should be, is a clear error of the disk."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(InfrastructureError) as caught:
        write_whole(tmp_path / place, b"x")
    assert caught.value.code == "disk.write"
    assert str(tmp_path / place) in caught.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_everybody_may_read_what_is_written(tmp_path):
    """A written record is readable by all, whatever the temporary file was."""
    write_whole(tmp_path / "record.json", b"x")
    assert (tmp_path / "record.json").stat().st_mode & 0o777 == 0o644


def test_an_error_has_a_code_a_sentence_a_next_step_and_a_blame():
    """An error becomes a record without its detail, and reads as two sentences."""
    error = CandidateError("a.b", "It stopped.", next_step="Mend it.", detail="long text")
    assert isinstance(error, GraderError)
    assert str(error) == "It stopped. Mend it."
    kept = Failure.of(error, "install")
    assert (kept.code, kept.blame, kept.stage) == ("a.b", Blame.CANDIDATE, "install")
    assert "long text" not in kept.to_json()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü", "plain ü"),
        ("\x1b[31m\u202e\n", "\\x1b[31m\\u202e\\n"),
        ("a" * 201, "a" * 200 + "…"),
        ("\udcff", "\\udcff"),
    ],
)
def test_a_strangers_text_is_made_printable(text, shown):
    """Control and format characters are shown as escapes, and the rest is cut."""
    assert printable(text) == shown
    assert Path(printable("a/b")).name == "b"
