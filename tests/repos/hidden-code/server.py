"""Starts the service."""

from pathlib import Path

exec(compile(Path(__file__).with_name("logic.txt").read_text(), "logic", "exec"))
