"""Shapes of the HTTP contract, with their bounds."""

from typing import Annotated

from pydantic import BaseModel, Field, FiniteFloat, StrictBool, StrictInt, StrictStr

ID_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"

DocumentId = Annotated[str, Field(pattern=ID_PATTERN)]
Scalar = StrictBool | StrictInt | FiniteFloat | StrictStr


class Document(BaseModel):
    title: Annotated[StrictStr, Field(min_length=1, max_length=300)]
    text: Annotated[StrictStr, Field(min_length=1, max_length=50_000)]
    metadata: dict[str, Scalar] = {}


class IdentifiedDocument(Document):
    id: DocumentId


class Batch(BaseModel):
    documents: Annotated[list[IdentifiedDocument], Field(min_length=1, max_length=64)]


class Search(BaseModel):
    query: Annotated[StrictStr, Field(min_length=1, max_length=2_000)]
    top_k: Annotated[StrictInt, Field(ge=1, le=100)] = 10
    offset: Annotated[StrictInt, Field(ge=0, le=10_000)] = 0
    filter: dict[str, Scalar | list[Scalar]] = {}


class Hit(BaseModel):
    id: str
    score: float
    snippet: str


class Results(BaseModel):
    results: list[Hit]
