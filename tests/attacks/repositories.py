"""Repositories that no git would make: an honest submission with anything planted beside it."""

from __future__ import annotations

from tests.attacks.field import Place
from tests.unit.fetch_hosts import Repository

Entry = tuple[str, str | bytes, str]
"""Mode, name and object, as a tree holds them."""


class Planted(Repository):
    """The attack's repository, written object by object.

    Args:
        place: whose submission it holds.
        options: more of ``git init``.
    """

    def __init__(self, place: Place, *options: str) -> None:
        self.place = place
        self.url = f"{place.address}/{place.name}.git"
        super().__init__(place.repositories / f"{place.name}.git", *options)

    def honest(self) -> list[Entry]:
        """The submission's own files."""
        files = sorted(path for path in self.place.submission.iterdir() if path.is_file())
        return [("100644", path.name, self.object("blob", path.read_bytes())) for path in files]

    def with_planted(self, *entries: Entry) -> str:
        """A tree of the honest files and these, in git's order; what is planted takes the place of its namesake."""
        taken = {_bytes(name) for _, name, _ in entries}
        kept = [entry for entry in self.honest() if _bytes(entry[1]) not in taken]
        return self.tree(*sorted([*kept, *entries], key=_git_order))

    def hand_in(self, *entries: Entry) -> str:
        """Commit the honest files and these to the default branch; gives the URL."""
        self.commit(self.with_planted(*entries))
        return self.url


def _bytes(name: str | bytes) -> bytes:
    return name.encode() if isinstance(name, str) else name


def _git_order(entry: Entry) -> bytes:
    mode, name, _ = entry
    return _bytes(name) + b"/" * (mode == "40000")
