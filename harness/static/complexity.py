"""Complexity, Halstead's measures, maintainability and size of one file: radon for Python, lizard for the others."""

from __future__ import annotations

import ast
import re
import sys
from typing import TypedDict

import lizard
from radon.metrics import h_visit_ast, mi_compute
from radon.raw import analyze
from radon.visitors import ComplexityVisitor

_DEEP = 6_000
"""A long sum of terms is a deep tree; should the stack not hold it, this process ends and the file counts as unread."""
_SWITCHES = re.compile(r"(?i)forgive|generated code")


class FunctionFacts(TypedDict):
    """One function or method."""

    path: str
    name: str
    line: int
    lines: int
    complexity: int


class Measures(TypedDict):
    """One file. The index and Halstead's measures are Python's alone."""

    lines: int
    """Source lines of code."""
    comments: int
    maintainability: float | None
    volume: float | None
    difficulty: float | None
    functions: list[FunctionFacts]


def looks_like_python(source: str) -> bool:
    """Whether text under another name is a Python program: it parses, and defines or imports something."""
    sys.setrecursionlimit(_DEEP)
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in body)


def measure_python(name: str, source: str) -> Measures | str:
    """Measure Python. Never raises for what a file contains; the problem is the answer instead.

    The index is radon's own (``mi_compute`` over volume, complexity without assertions, lines and comments), from one
    tree in one pass: ``mi_visit`` reads the source three times over and was the slowest step of all.
    """
    sys.setrecursionlimit(_DEEP)
    try:
        tree = ast.parse(source)
        blocks = ComplexityVisitor.from_ast(tree, no_assert=True)
        halstead = h_visit_ast(tree).total
        raw = analyze(source)
    except SyntaxError as error:
        return f"syntax error in line {error.lineno}"
    except (RecursionError, ValueError, MemoryError) as error:
        return f"not analysed ({type(error).__name__})"
    comments = 100 * (raw.comments + raw.multi) / raw.sloc if raw.sloc else 0.0
    return Measures(
        lines=raw.sloc,
        comments=raw.comments + raw.multi,
        maintainability=float(mi_compute(halstead.volume, blocks.total_complexity, raw.lloc, comments)),
        volume=float(halstead.volume),
        difficulty=float(halstead.difficulty),
        functions=[_python_function(name, block) for block in blocks.blocks if hasattr(block, "is_method")],
    )


def _python_function(path: str, block: object) -> FunctionFacts:
    line, end = int(getattr(block, "lineno", 1)), int(getattr(block, "endline", 1))
    return {
        "path": path,
        "name": str(getattr(block, "fullname", "?"))[:300],
        "line": line,
        "lines": max(1, end - line + 1),
        "complexity": int(getattr(block, "complexity", 1)),
    }


def measure_script(name: str, source: str, suffix: str) -> Measures | str:
    """Measure JavaScript or TypeScript by lizard; it reads tokens, so what does not parse is found by the linter.

    The comments by which lizard leaves functions out (``#lizard forgives``, ``GENERATED CODE``) are spoilt first.
    """
    try:
        info = lizard.analyze_file.analyze_source_code(f"source{suffix}", _SWITCHES.sub("x", source))
    except (RecursionError, ValueError, MemoryError, IndexError, KeyError, AttributeError, StopIteration) as error:
        return f"not analysed ({type(error).__name__})"
    rows = source.splitlines()
    comments = sum(row.lstrip().startswith(("//", "/*", "*")) for row in rows)
    functions: list[FunctionFacts] = [
        {
            "path": name,
            "name": str(f.name)[:300] or "(anonymous)",
            "line": int(f.start_line),
            "lines": max(1, int(f.end_line) - int(f.start_line) + 1),
            "complexity": int(f.cyclomatic_complexity),
        }
        for f in info.function_list
    ]
    return Measures(
        lines=int(info.nloc), comments=comments, maintainability=None, volume=None, difficulty=None, functions=functions
    )
