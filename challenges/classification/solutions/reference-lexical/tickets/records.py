"""Reading the exported tickets."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from tickets.categories import CATEGORIES

_COLUMNS = ("subject", "body", "category")


class DataError(Exception):
    """A file that cannot be trained on."""


@dataclass(frozen=True)
class Record:
    """A labelled ticket, without the columns that must not decide."""

    subject: str
    body: str
    category: str


def read_records(path: Path) -> list[Record]:
    """The rows of one export whose category is one of the ten."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"{path.name} lacks the columns {', '.join(missing)}.")
    known = [record for record in map(_record, reader) if record.category in CATEGORIES]
    if not known:
        raise DataError(f"{path.name} has no row of a known category.")
    return known


def _record(row: dict[str, str | None]) -> Record:
    return Record(row["subject"] or "", row["body"] or "", (row["category"] or "").strip())


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
