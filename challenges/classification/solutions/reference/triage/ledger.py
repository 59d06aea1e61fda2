"""The exported tickets."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import NamedTuple

from triage.terms import DESKS, Ticket


class LedgerError(Exception):
    """A file is not an export of tickets."""


class Labelled(NamedTuple):
    """A ticket and the number of its desk."""

    ticket: Ticket
    desk: int


def tickets_in(path: Path) -> list[Labelled]:
    """All rows of one of the ten desks."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [_labelled(row) for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise LedgerError(f"{path.name} is no export of tickets: {error!r}") from error
    usable = [row for row in rows if row.desk >= 0]
    if not usable:
        raise LedgerError(f"{path.name} holds no ticket of a known desk.")
    return usable


def fingerprint(path: Path) -> str:
    """SHA-256 of the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _labelled(row: dict[str, str]) -> Labelled:
    category = (row["category"] or "").strip()
    desk = DESKS.index(category) if category in DESKS else -1
    return Labelled(Ticket(row["subject"] or "", row["body"] or ""), desk)
