"""Commands, their handlers, and the bus between them."""

from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.note import Note
from app.ports.repository import AbstractNoteRepository


@dataclass(frozen=True)
class EchoCommand:
    """Give back a value."""

    value: Any


@dataclass(frozen=True)
class StoreNoteCommand:
    """Keep a value."""

    value: Any


@dataclass(frozen=True)
class LoadNoteQuery:
    """Ask for the kept value."""


class Handler(Protocol):
    """Answers one kind of message."""

    def __call__(self, message: Any) -> Any:
        """The answer."""


class MessageBus:
    """Finds the handler of a message."""

    def __init__(self) -> None:
        self._handlers: dict[type, Handler] = {}

    def register(self, kind: type, handler: Handler) -> None:
        """Handle messages of a kind."""
        self._handlers[kind] = handler

    def dispatch(self, message: Any) -> Any:
        """Hand a message to its handler."""
        return self._handlers[type(message)](message)


class EchoHandler:
    """Handles echoes."""

    def __call__(self, message: EchoCommand) -> Any:
        return message.value


class StoreNoteHandler:
    """Handles notes to keep."""

    def __init__(self, repository: AbstractNoteRepository) -> None:
        self._repository = repository

    def __call__(self, message: StoreNoteCommand) -> dict[str, Any]:
        self._repository.store(Note.from_primitive(message.value))
        return {}


class LoadNoteHandler:
    """Handles questions for the note."""

    def __init__(self, repository: AbstractNoteRepository) -> None:
        self._repository = repository

    def __call__(self, message: LoadNoteQuery) -> Any:
        note = self._repository.load()
        return None if note is None else note.to_primitive()
