"""A scorecard in which every text is a marker of its own, to see which of them an edition lets through."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

MARKER = re.compile(r"Q\d{5}X")
_NAMES = frozenset({"id", "limited_by", "criterion", "group"})
"""Texts that other parts refer to keep one marker per value, so that they still fit together."""


class Marked:
    """The record with markers, and the place of each."""

    def __init__(self, record: BaseModel) -> None:
        self.places: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self.record: Any = self._walk(record, "")

    def found(self, text: str) -> set[str]:
        """Places whose text stands in ``text``."""
        return {self.places[marker] for marker in MARKER.findall(text)}

    def _marker(self, place: str, value: str) -> str:
        name = place.rsplit(".", 1)[-1]
        if name in _NAMES and value in self._names:
            return self._names[value]
        marker = f"Q{len(self.places):05d}X"
        self.places[marker] = place
        if name in _NAMES:
            self._names[value] = marker
        return marker

    def _walk(self, value: Any, place: str, annotation: Any = None) -> Any:
        if isinstance(value, BaseModel):
            return value.model_copy(
                update={
                    name: self._walk(getattr(value, name), f"{place}.{name}".lstrip("."), field.annotation)
                    for name, field in type(value).model_fields.items()
                }
            )
        if isinstance(value, tuple):
            return tuple(self._walk(item, place) for item in value)
        if isinstance(value, dict):
            return {
                self._marker(f"{place} key", key): self._walk(item, f"{place} value") for key, item in value.items()
            }
        if isinstance(value, str) and not _is_fixed(value, place, annotation):
            return self._marker(place, value) if value else value
        return value


def _is_fixed(value: str, place: str, annotation: Any) -> bool:
    """One of a few words that the code itself compares with."""
    if isinstance(value, Enum) or place.endswith(".state"):
        return True
    return get_origin(annotation) is Literal or any(get_origin(part) is Literal for part in get_args(annotation))
