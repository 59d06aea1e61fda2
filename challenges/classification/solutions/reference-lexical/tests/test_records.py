from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tickets.records import DataError, Record, file_sha256, read_records


def _file(folder: Path, text: str | bytes) -> Path:
    path = folder / "some.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_quoted_breaks_and_unknown_categories(tmp_path: Path) -> None:
    path = _file(tmp_path, '\ufeffsubject,body,category\r\nA,"one\ntwo, three", refund \r\nB,b,gardening\r\n')
    assert read_records(path) == [Record("A", "one\ntwo, three", "refund")]


def test_short_rows_are_filled(tmp_path: Path) -> None:
    assert read_records(_file(tmp_path, "category,subject,body\nrefund\n")) == [Record("", "", "refund")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("subject,category\na,refund\n", "lacks the columns body"),
        ("", "lacks the columns subject, body, category"),
        ("subject,body,category\na,b,gardening\n", "no row of a known category"),
        (b"subject,body,category\n\xff,b,refund\n", "cannot be read"),
    ],
)
def test_unusable_files_are_refused(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_records(_file(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_records(tmp_path / "none.csv")


def test_sha256_is_of_the_bytes(tmp_path: Path) -> None:
    assert file_sha256(_file(tmp_path, b"a\r\nb")) == hashlib.sha256(b"a\r\nb").hexdigest()
