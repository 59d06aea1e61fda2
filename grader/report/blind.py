"""Takes what names somebody out of a text: the parts of the repository's address, and e-mail addresses."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

NAMELESS = "[name]"
_SHORTEST = 3
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_PARTS = re.compile(r"[/:]+")
_ORDINARY = frozenset({"git", "srv", "src", "home", "repos", "repositories", "tmp", "users", "scm"})

View = TypeVar("View")


def names_in(url: str) -> tuple[str, ...]:
    """The parts of an address that may name somebody: owner and repository, the longest first."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = url
    parts = {part.removesuffix(".git").lstrip("~") for part in _PARTS.split(path)}
    return tuple(
        sorted((p for p in parts if len(p) >= _SHORTEST and p.lower() not in _ORDINARY), key=lambda p: (-len(p), p))
    )


def blinded(view: View, names: tuple[str, ...]) -> View:
    """The same view with every name in its texts replaced."""
    known = [re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE) for name in names]

    def text(value: str) -> str:
        value = _MAIL.sub(NAMELESS, value)
        for pattern in known:
            value = pattern.sub(NAMELESS, value)
        return value

    def walk(value: Any) -> Any:  # noqa: ANN401 - any view
        if isinstance(value, str):
            return text(value)
        if isinstance(value, tuple):
            return tuple(walk(item) for item in value)
        if is_dataclass(value) and not isinstance(value, type):
            return type(value)(**{field.name: walk(getattr(value, field.name)) for field in fields(value)})
        return value

    walked: View = walk(view)
    return walked
