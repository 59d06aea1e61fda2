"""Notes in a file."""

import json
import os
from pathlib import Path

from app.domain.note import Note
from app.ports.repository import AbstractNoteRepository, AbstractNoteRepositoryFactory


class FileNoteRepository(AbstractNoteRepository):
    """Keeps the note as JSON."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Note | None:
        if not self._path.exists():
            return None
        return Note.from_primitive(json.loads(self._path.read_text("utf-8")))

    def store(self, note: Note) -> None:
        self._path.write_text(json.dumps(note.to_primitive()), "utf-8")


class FileNoteRepositoryFactory(AbstractNoteRepositoryFactory):
    """Makes repositories in the data folder."""

    def create(self) -> AbstractNoteRepository:
        return FileNoteRepository(Path(os.environ["DATA_DIR"]) / "note.json")
