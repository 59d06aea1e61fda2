"""Wires everything to everything."""

from app.adapters.file_repository import FileNoteRepositoryFactory
from app.services.commands import (
    EchoCommand,
    EchoHandler,
    LoadNoteHandler,
    LoadNoteQuery,
    MessageBus,
    StoreNoteCommand,
    StoreNoteHandler,
)


class ApplicationContainer:
    """Holds the application's one bus."""

    def __init__(self) -> None:
        repository = FileNoteRepositoryFactory().create()
        self.bus = MessageBus()
        self.bus.register(EchoCommand, EchoHandler())
        self.bus.register(StoreNoteCommand, StoreNoteHandler(repository))
        self.bus.register(LoadNoteQuery, LoadNoteHandler(repository))
