"""What a submission wants installed, whichever runtime it is for: taken apart, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["uv.lock", "pyproject.toml", "requirements.txt", "package-lock.json", "package.json", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One entry of an npm lock file: what to fetch, what it must be, and where it goes."""

    path: str
    """Where it goes, such as ``node_modules/a/node_modules/b``; the parts are names, never dots."""
    name: str
    version: str
    sha512: str
    """128 hexadecimal digits."""
    bins: tuple[tuple[str, str], ...] = ()
    """Programs by name, each a path within the package."""
    scripts: bool = False
    """Whether it would run something of its own at install; here it does not."""

    @property
    def line(self) -> str:
        """As a requirement is shown."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Requirements and constraints, each a line that was taken apart and put together again."""

    source: Kind
    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    """What an npm lock file pins."""
