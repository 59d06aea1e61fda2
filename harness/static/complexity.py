"""Cyclomatic complexity, maintainability and size of one file, by radon."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from radon.complexity import cc_visit
from radon.metrics import mi_visit
from radon.raw import analyze

_DEEP = 6_000
"""A long sum of terms is a deep tree; should the stack not hold it, this process ends and the file counts as unread."""


class FunctionFacts(TypedDict):
    """One function or method."""

    path: str
    name: str
    line: int
    lines: int
    complexity: int


@dataclass(slots=True)
class FileFacts:
    """One file, or the problem that kept it from being read."""

    path: str
    problem: str = ""
    lines: int = 0
    maintainability: float | None = None
    functions: list[FunctionFacts] = field(default_factory=list)


def analyse_file(root: str, name: str) -> FileFacts:
    """Measure one file. Never raises for what a file contains; the problem is named instead."""
    try:
        source = (Path(root) / name).read_text("utf-8")
    except UnicodeDecodeError:
        return FileFacts(path=name, problem="not UTF-8")
    except OSError as error:
        return FileFacts(path=name, problem=f"unreadable ({error.strerror})")
    sys.setrecursionlimit(_DEEP)
    try:
        blocks = [block for block in cc_visit(source, no_assert=True) if hasattr(block, "is_method")]
        functions = [_function(name, block) for block in blocks]
        return FileFacts(
            path=name,
            lines=analyze(source).sloc,
            maintainability=float(mi_visit(source, multi=True)),
            functions=functions,
        )
    except SyntaxError as error:
        return FileFacts(path=name, problem=f"syntax error in line {error.lineno}")
    except (RecursionError, ValueError, MemoryError) as error:
        return FileFacts(path=name, problem=f"not analysed ({type(error).__name__})")


def _function(path: str, block: object) -> FunctionFacts:
    line, end = int(getattr(block, "lineno", 1)), int(getattr(block, "endline", 1))
    return {
        "path": path,
        "name": str(getattr(block, "fullname", "?"))[:300],
        "line": line,
        "lines": max(1, end - line + 1),
        "complexity": int(getattr(block, "complexity", 1)),
    }
