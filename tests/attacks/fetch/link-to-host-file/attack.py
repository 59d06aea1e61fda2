"""Reads the link that became a file."""

from pathlib import Path

from tells import tell


def at_start():
    tell(read=Path("passwd").read_text()[:40])
