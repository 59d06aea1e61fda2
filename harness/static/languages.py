"""Which language a file is in, by its name or its first line, and which files are nobody's handwriting."""

from __future__ import annotations

import re
import zlib
from pathlib import PurePosixPath

PYTHON, JAVASCRIPT, TYPESCRIPT, PERHAPS, TEXT = "python", "javascript", "typescript", "perhaps", "text"
CODE = frozenset({PYTHON, JAVASCRIPT, TYPESCRIPT})
"""Languages that the analysers read. ``perhaps`` is text that may be Python under another name."""
_BY_SUFFIX = {
    **dict.fromkeys((".py", ".pyw", ".pyi"), PYTHON),
    **dict.fromkeys((".js", ".jsx", ".mjs", ".cjs"), JAVASCRIPT),
    **dict.fromkeys((".ts", ".tsx", ".mts", ".cts"), TYPESCRIPT),
}
SCRIPT_SUFFIXES = frozenset(suffix for suffix, kind in _BY_SUFFIX.items() if kind != PYTHON)
UNREAD = {
    ".go": "Go",
    ".rs": "Rust",
    ".java": "Java",
    ".kt": "Kotlin",
    ".scala": "Scala",
    ".rb": "Ruby",
    ".php": "PHP",
    ".c": "C",
    ".h": "C",
    ".cc": "C++",
    ".cpp": "C++",
    ".hpp": "C++",
    ".cs": "C#",
    ".swift": "Swift",
    ".lua": "Lua",
    ".ex": "Elixir",
    ".exs": "Elixir",
    ".erl": "Erlang",
    ".hs": "Haskell",
    ".jl": "Julia",
    ".pl": "Perl",
    ".r": "R",
    ".pyx": "Cython",
    ".vue": "Vue",
    ".svelte": "Svelte",
    ".sh": "shell",
    ".ipynb": "notebook",
}
"""Source that no analyser of ours reads: left out, and said so."""
COMPILED = frozenset({".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".pyz", ".egg", ".whl", ".wasm", ".node"})
"""Code that can run and that nobody can read."""
DATA = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".svg", ".lock", ".ipynb", ".map", ".txt", ".xml"})
"""Long random-looking strings are ordinary in these."""
_SHEBANG = re.compile(rb"#![^\n]{0,200}\b(?:(python|pypy|uv)|(node|deno|bun|tsx))")
_LIKE_PYTHON = re.compile(rb"^[ \t]*(?:import|from|def|class|async[ \t]+def)[ \t]+\w", re.MULTILINE)
_MARKER = re.compile(
    rb"(?im)^\s*(?:#|//|/?\*|\"\"\"|''')[^\n]{0,200}"
    rb"(?:@generated\b|\bauto-?(?:matically[ ])?generated\b|\bgenerated (?:by|from|using|with) |\bcode generated\b)"
)
_NAMES = re.compile(r"(?:_pb2(?:_grpc)?\.pyi?|\.generated\.\w+|\.gen\.\w+|_generated\.\w+)$")
_BRANCH = re.compile(rb"(?m)^\s*(?:\}\s*)?(?:el)?(?:if|for|while|try|except|switch|catch|else|match|with)\b")
_HEAD, _REPEATS, _BRANCHES, _ALIKE, _LONG = 1_500, 0.18, 0.02, 0.10, 3_000
_MINIFIED_BYTES, _MINIFIED_LINE = 4_000, 250


def language(name: str, data: bytes) -> str:
    """The language of a file that is text, by suffix, shebang or looks."""
    known = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower())
    if known:
        return known
    shebang = _SHEBANG.match(data)
    if shebang:
        return PYTHON if shebang[1] else JAVASCRIPT
    return PERHAPS if _LIKE_PYTHON.search(data) else TEXT


def machine_made(name: str, data: bytes) -> tuple[str, str] | None:
    """Kind and reason, for a file that no person wrote; none for all others.

    A marker or a name is only a claim. It is believed when the file bears it out: lines that repeat
    each other (zlib leaves less than 18 %) or that hold next to no branches. So one's own code
    cannot be left out by a comment on top of it.
    """
    lines = data.count(b"\n") + 1
    if lines < _LONG and not _claims(name, data):
        return None
    left = len(zlib.compress(data, 6)) / max(1, len(data))
    if _claims(name, data):
        branches = len(_BRANCH.findall(data)) / lines
        if left <= _REPEATS or branches <= _BRANCHES:
            return "generated", "says that it is generated, and looks so"
    elif left <= _ALIKE:
        return "generated", f"made by a machine ({lines:,} lines that repeat each other)"
    return None


def claims_in_vain(name: str, data: bytes) -> bool:
    """Whether a file says that it is generated and does not look so."""
    return _claims(name, data) and machine_made(name, data) is None


def minified(data: bytes) -> bool:
    """Whether a script was made small for browsers: long lines, nothing to read."""
    return len(data) > _MINIFIED_BYTES and len(data) / (data.count(b"\n") + 1) > _MINIFIED_LINE


def _claims(name: str, data: bytes) -> bool:
    return bool(_NAMES.search(name) or _MARKER.search(data[:_HEAD]))
