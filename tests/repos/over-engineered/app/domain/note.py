"""What is kept."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Note:
    """A note, whatever JSON it holds."""

    content: Any

    def to_primitive(self) -> Any:
        """The content as plain data."""
        return self.content

    @classmethod
    def from_primitive(cls, value: Any) -> "Note":
        """A note of plain data."""
        return cls(content=value)
