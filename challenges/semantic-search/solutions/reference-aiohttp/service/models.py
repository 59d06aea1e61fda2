"""The values that the parts of the service hand to each other."""

from dataclasses import dataclass, field

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Document:
    """One help article, as it was sent."""

    id: str
    title: str
    text: str
    metadata: dict[str, Scalar] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The body of GET /documents/{id}."""
        return {"id": self.id, "title": self.title, "text": self.text, "metadata": self.metadata}


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A validated search. ``wanted`` maps a metadata field to the keys (see ``filters``) that it may have."""

    query: str
    top_k: int = 10
    offset: int = 0
    wanted: dict[str, frozenset[tuple[str, Scalar]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One search result."""

    id: str
    score: float
    snippet: str

    def as_json(self) -> dict[str, object]:
        """One element of ``results``."""
        return {"id": self.id, "score": self.score, "snippet": self.snippet}
