"""Secrets in the tree: found by detect-secrets' detectors, line by line, and never written down.

A secret leaves this module as kind, line and a keyed digest; its value goes to the mask over excerpts alone.
The submission's own ``pragma: allowlist secret`` is not read: none of the library's file and line filters is used,
only those that tell placeholders from secrets.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import TypedDict

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.filters import heuristic
from detect_secrets.plugins.base import BasePlugin

from harness.static.languages import DATA

MASK = "•••••• (masked)"
_LEAVE = {"IPPublicDetector", "HexHighEntropyString"}
"""Addresses are no secrets; hexadecimal digests are in every repository."""
_WORTH = re.compile(r"[A-Za-z0-9+/_=.\-]{16}|://|(?i:pass|pwd|secret|token|key|auth|credential|private|contrase)")
_QUOTED = re.compile(r"""(["'`])(?:(?!\1)[^\\\n]|\\.)+\1""")
_ASSIGNED = re.compile(r"([:=]\s*)\S.*$")
_KEY_BEGIN, _KEY_END = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY"), re.compile(r"-----END [A-Z0-9 ]{0,40}")
_LINE, _SECRETS, _SHORT = 2_000, 50, 6


class SecretFacts(TypedDict):
    """One secret; ``value`` never leaves the container."""

    kind: str
    line: int
    value: str


@cache
def _plugins(*, data: bool) -> tuple[BasePlugin, ...]:
    leave = _LEAVE | ({"Base64HighEntropyString", "KeywordDetector"} if data else set())
    classes: list[type[BasePlugin]] = list(get_mapping_from_secret_type_to_class().values())
    return tuple(kind() for kind in classes if kind.__name__ not in leave)


def secrets_in(name: str, source: str) -> list[SecretFacts]:
    """The secrets of one file, at most one a value and line."""
    plugins = _plugins(data=PurePosixPath(name).suffix.lower() in DATA)
    found: dict[tuple[int, str], SecretFacts] = {}
    for number, row in enumerate(source.splitlines(), start=1):
        if not _WORTH.search(row):
            continue
        for plugin in plugins:
            for secret in plugin.analyze_line(filename=name, line=row[:_LINE], line_number=number):
                value = str(secret.secret_value or "")
                if value and not _placeholder(value, row, plugin):
                    found.setdefault((number, value), {"kind": str(secret.type), "line": number, "value": value})
        if len(found) >= _SECRETS:
            break
    return list(found.values())


def _placeholder(value: str, row: str, plugin: BasePlugin) -> bool:
    """Templates, references to the environment, sequences: no secrets."""
    known = (
        heuristic.is_templated_secret(value)
        or heuristic.is_prefixed_with_dollar_sign(value)
        or heuristic.is_sequential_string(value)
        or heuristic.is_not_alphanumeric_string(value)
        or heuristic.is_potential_uuid(value)
    )
    entropy = plugin.secret_type.endswith("High Entropy String")
    return (
        known or heuristic.is_indirect_reference(row) or (entropy and heuristic.is_likely_id_string(value, row, plugin))
    )


@dataclass(frozen=True, slots=True)
class Masker:
    """Covers secrets in whatever text is about to be recorded."""

    values: frozenset[str]
    lines: dict[str, frozenset[int]]
    """By file: lines that hold a secret; their literals go, whatever stands there."""

    def text(self, text: str) -> str:
        """Any text, without the secrets' values."""
        for value in sorted(self.values, key=len, reverse=True):
            # A short one is covered where it stands; everywhere, it would let a word like `e` blot out all excerpts.
            text = text.replace(value, MASK) if len(value) >= _SHORT else text
        return text

    def excerpt(self, path: str, start: int, rows: Iterable[str]) -> list[str]:
        """Lines of a file, the first of which has number ``start``."""
        held = self.lines.get(path, frozenset())
        return [self.text(_literals_masked(row) if start + n in held else row) for n, row in enumerate(rows)]


def _literals_masked(row: str) -> str:
    masked = _QUOTED.sub(rf"\1{MASK}\1", row)
    return masked if masked != row else _ASSIGNED.sub(rf"\1{MASK}", row) if re.search(r"[:=]", row) else MASK


def key_lines(source: str) -> set[int]:
    """All lines of private keys: a detector names the first alone."""
    held: set[int] = set()
    inside = False
    for number, row in enumerate(source.splitlines(), start=1):
        inside = inside or bool(_KEY_BEGIN.search(row))
        if inside:
            held.add(number)
        inside = inside and not _KEY_END.search(row)
    return held


def digest(value: str, key: bytes) -> str:
    """Tells equal secrets within one grading; the key is drawn per run and kept nowhere, so nothing can be guessed."""
    return hashlib.blake2b(value.encode(), key=key, digest_size=4).hexdigest()
