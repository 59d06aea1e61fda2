"""Shapes that cross the disk, and the one way they are written.

A record is frozen, refuses unknown fields, and has one canonical JSON form: keys sorted, two spaces,
UTF-8, a newline at the end. The same record is always the same bytes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.errors import InfrastructureError, UsageError

_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Characters that no reader sees and a terminal may obey: in JSON they can only stand inside strings, where an
escape means the same."""


class Record(BaseModel):
    """Base of every shape on disk or wire."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings", allow_inf_nan=False)

    def to_json(self) -> str:
        """The canonical JSON text."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
        return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def save(self, path: Path) -> None:
        """Write the record so that the file is either whole or absent.

        Raises:
            InfrastructureError: ``disk.full`` or ``disk.write``.
        """
        write_whole(path, self.to_json().encode())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a record back.

        Raises:
            UsageError: ``record.missing`` or ``record.unreadable``; the file is left as it is.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise UsageError(
                "record.missing",
                f"There is no {path.name} in {path.parent}.",
                next_step="Name the folder that `grader run` wrote (its --out).",
            ) from None
        except (ValidationError, ValueError, OSError) as error:
            raise UsageError(
                "record.unreadable",
                f"{path.name} is not a {cls.__name__} that this version reads.",
                next_step="Grade again with `grader run`, or use the version of the grader that wrote it.",
                detail=str(error),
            ) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` through a temporary file, fsync and rename.

    Raises:
        InfrastructureError: ``disk.full`` or ``disk.write``; nothing half-written stays.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def disk_error(error: OSError, path: Path) -> InfrastructureError:
    """The grader's sentence for an error of the file system at ``path``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InfrastructureError(
            "disk.full",
            f"The disk that holds {path.parent} is full.",
            next_step="Free some room there (`grader clean --all` drops our caches) and grade again.",
            detail=str(error),
        )
    return InfrastructureError(
        "disk.write",
        f"{path} could not be written: {error.strerror or error}.",
        next_step="Choose another --out, or mend the folder's permissions, and grade again.",
        detail=str(error),
    )
