"""Looks for files that would give somebody else's rights."""

from pathlib import Path

from tells import tell


def at_start():
    tell(privileged=sorted(path.name for path in Path("/env").rglob("*") if path.lstat().st_mode & 0o6000))
