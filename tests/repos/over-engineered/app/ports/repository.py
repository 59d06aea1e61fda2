"""Where notes are kept, in the abstract."""

from abc import ABC, abstractmethod

from app.domain.note import Note


class AbstractNoteRepository(ABC):
    """Keeps one note."""

    @abstractmethod
    def load(self) -> Note | None:
        """The kept note."""

    @abstractmethod
    def store(self, note: Note) -> None:
        """Keep a note."""


class AbstractNoteRepositoryFactory(ABC):
    """Makes repositories."""

    @abstractmethod
    def create(self) -> AbstractNoteRepository:
        """A repository."""
