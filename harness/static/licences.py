"""Licence facts: the licence file at the top and what the project's own metadata declares. Never points."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TypedDict

_NAMES = re.compile(r"(?i)^(licen[cs]e|copying|unlicense)([.\-_].{0,40})?$")
_READ = 64 * 1024
_TEXTS: tuple[tuple[str, str], ...] = (
    ("AGPL-3.0", r"gnu affero general public license\W+version 3"),
    ("LGPL-3.0", r"gnu lesser general public license\W+version 3"),
    ("LGPL-2.1", r"gnu lesser general public license\W+version 2\.1"),
    ("GPL-3.0", r"gnu general public license\W+version 3"),
    ("GPL-2.0", r"gnu general public license\W+version 2"),
    ("Apache-2.0", r"apache license,?\W+version 2\.0"),
    ("MPL-2.0", r"mozilla public license,?\W+(version|v\.) ?2\.0"),
    ("BSD-3-Clause", r"neither the name of .{0,200} nor the names of its"),
    ("BSD-2-Clause", r"redistributions in binary form must reproduce the above copyright"),
    ("ISC", r"permission to use, copy, modify, and/?(or)? distribute this software for any purpose"),
    ("MIT", r"permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"cc0 1\.0 universal"),
)


class LicenceFacts(TypedDict):
    """The file, the licence whose wording it has, and what the metadata declares; empty where there is none."""

    file: str
    text: str
    declared: str
    declared_in: str


def licence_facts(root: Path) -> LicenceFacts:
    """What the top folder says of its licence."""
    file = next((p for p in sorted(root.iterdir()) if p.is_file() and _NAMES.match(p.name)), None)
    declared, where = _declared(root)
    return {
        "file": file.name if file else "",
        "text": _which(_head(file)) if file else "",
        "declared": declared[:100],
        "declared_in": where,
    }


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_READ).decode("utf-8", "replace")
    except OSError:
        return ""


def _which(text: str) -> str:
    """The SPDX id of the licence with this wording, or ``unknown``."""
    plain = " ".join(text.lower().split())
    return next((name for name, wording in _TEXTS if re.search(wording, plain)), "unknown")


def _declared(root: Path) -> tuple[str, str]:
    for name, field in (("pyproject.toml", _pyproject), ("package.json", _package_json)):
        path = root / name
        if path.is_file():
            try:
                found = field(_head(path))
            except (ValueError, RecursionError, AttributeError):
                continue
            if found:
                return found, name
    return "", ""


def _pyproject(text: str) -> str:
    said = tomllib.loads(text).get("project", {}).get("license", "")
    if isinstance(said, dict):
        said = said.get("text") or (f"see {said['file']}" if "file" in said else "")
    return said if isinstance(said, str) else ""


def _package_json(text: str) -> str:
    said = json.loads(text).get("license", "")
    return said if isinstance(said, str) else ""
