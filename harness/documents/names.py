"""Names that exist in a tree: its files, what it imports, what it defines; read as text, line by line."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

_IMPORT = re.compile(r"^\s{0,40}(?:from|import)\s+([A-Za-z_][\w.]{0,100})")
_DEFINED = re.compile(
    r"^\s{0,40}(?:async\s+def|def|class)\s+([A-Za-z_]\w{0,100})|^([A-Z][A-Z0-9_]{2,60})\s*(?::[^=]{1,60})?="
)
_SCRIPT = re.compile(
    r"^\s{0,40}(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function|class|const|let)\s+([A-Za-z_$][\w$]{0,100})"
    r"|(?:from|require\()\s*['\"]([@\w][\w./@-]{0,100})['\"]"
)
_LEFT_OUT = {"node_modules", "site-packages", ".git", "__pycache__", ".venv", "venv"}
_FILE_BYTES, _FILES, _ROWS, _NAMES, _LINE = 512 * 1024, 5_000, 50_000, 20_000, 400


@dataclass(slots=True)
class Names:
    """Where each name stands first (``path:line``), and how many files import what."""

    files: list[str] = field(default_factory=list)
    defined: dict[str, str] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    importers: Counter[str] = field(default_factory=Counter)
    code_files: int = 0


def names(root: Path) -> Names:
    """Look through a tree, within fixed counts and sizes."""
    found = Names()
    rows = 0
    for folder, folders, listed in os.walk(root):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        for name in sorted(listed):
            path = Path(folder) / name
            if len(found.files) >= _FILES:
                return found
            inner = path.relative_to(root).as_posix()
            found.files.append(inner)
            if (
                path.suffix in {".py", ".ts", ".tsx", ".js", ".mjs"}
                and path.stat().st_size <= _FILE_BYTES
                and rows < _ROWS
            ):
                rows += _read(found, path, inner)
    return found


def _read(found: Names, path: Path, inner: str) -> int:
    lines = path.read_text("utf-8", "replace").splitlines()
    found.code_files += 1
    own = set()
    for number, text in enumerate(lines, 1):
        if len(text) > _LINE or len(found.defined) > _NAMES:
            continue
        where = f"{inner}:{number}"
        if path.suffix == ".py":
            module, defined = _IMPORT.match(text), _DEFINED.match(text)
            imports = module[1] if module else ""
        else:
            defined = _SCRIPT.search(text)
            imports = (defined[2] or "") if defined else ""
        if imports:
            top = imports.split("/")[0] if path.suffix != ".py" else imports.split(".")[0]
            own.add(top)
            found.imported.setdefault(top, where)
        elif defined:
            found.defined.setdefault(defined[1] or defined[2], where)
    found.importers.update(own)
    return len(lines)
