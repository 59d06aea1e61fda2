"""Read the source and say what could be tested: ``python -m harness.owntests.survey``.

Reads ``/job/in/job.json`` ({"kit": [sha256, …], "seed": n}) and the tree; writes ``/job/out/survey.json``.
Nothing of the tree is imported. A file that the parser cannot get through is left out.
"""

from __future__ import annotations

import ast
import fnmatch
import hashlib
import json
import os
import random
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from harness.owntests.operators import Site, sites, statement_lines

SOURCE = Path(os.environ.get("TESTS_SOURCE", "/src/app"))
JOB = Path(os.environ.get("TESTS_JOB", "/job/in/job.json"))
OUT = Path(os.environ.get("TESTS_OUT", "/job/out"))
_TEST_NAMES = ("test*.py", "*_test.py", "*_tests.py")
_TEST_FOLDERS = {"tests", "test", "testing"}
_LEFT_OUT = {"node_modules", "site-packages", ".git", "__pycache__", ".venv", "venv", "build", "dist"}
_FILE_BYTES, _FILES, _TEST_FILES, _SITES, _NEUTRAL, _SHOWN = 256 * 1024, 500, 200, 2_000, 200, 160
_LINES = 20_000
Table = dict[str, object]


def main() -> int:
    """Survey and write. Exit code 0 whenever the result was written."""
    job = json.loads(JOB.read_text("utf-8"))
    found = survey(SOURCE, set(job["kit"]), int(job["seed"]))
    temporary = OUT / "survey.tmp"
    temporary.write_text(json.dumps(found), "utf-8")
    temporary.rename(OUT / "survey.json")
    return 0


def survey(root: Path, kit: set[str], seed: int) -> Table:
    """Test files, and sites of bugs and neutral changes, at most a fixed number of each, drawn by the seed."""
    tests, sources = _split(root, kit)
    rng = random.Random(seed)  # noqa: S311 - a sample that can be drawn again
    read = _each(root, sources)
    bugs = [site for item in read for site in _rows(item, "bugs")]
    neutral = [site for item in read for site in _rows(item, "neutral")]
    rng.shuffle(bugs)
    rng.shuffle(neutral)
    lines = {str(item["path"]): item["lines"] for item in read if item["lines"]}
    return {
        "schema_version": 1,
        "test_files": [_test_facts(root, name) for name in tests[:_TEST_FILES]],
        "test_files_total": len(tests),
        "source_files": len(read),
        "lines": lines if sum(len(_numbers(found)) for found in lines.values()) <= _LINES else {},
        "bugs": bugs[:_SITES],
        "bugs_total": len(bugs),
        "neutral": neutral[:_NEUTRAL],
    }


def _rows(item: Table, name: str) -> list[Table]:
    value = item[name]
    return value if isinstance(value, list) else []


def _numbers(value: object) -> list[int]:
    return value if isinstance(value, list) else []


def _split(root: Path, kit: set[str]) -> tuple[list[str], list[str]]:
    """Names of the test files and of the source files; what the challenge handed out is neither."""
    tests, sources = [], []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix != ".py" or path.is_symlink() or path.stat().st_size > _FILE_BYTES:
                continue
            if hashlib.sha256(path.read_bytes()).hexdigest() in kit:
                continue
            inner = path.relative_to(root)
            if any(fnmatch.fnmatch(name, pattern) for pattern in _TEST_NAMES):
                tests.append(inner.as_posix())
            elif name != "conftest.py" and not _TEST_FOLDERS & set(inner.parts[:-1]):
                sources.append(inner.as_posix())
    return tests, sources[:_FILES]


def _each(root: Path, names: list[str]) -> list[Table]:
    """What each source file offers, worked out in another process: a file that kills it costs itself only."""
    if not names:
        return []
    arguments = ([str(root)] * len(names), names)
    with ProcessPoolExecutor(max_workers=1) as pool:
        try:
            return [item for item in pool.map(read_source, *arguments, chunksize=25) if item is not None]
        except BrokenProcessPool:
            pass
    alone = []
    for name in names:
        with ProcessPoolExecutor(max_workers=1) as pool:
            try:
                alone.append(pool.submit(read_source, str(root), name).result())
            except BrokenProcessPool:
                continue
    return [item for item in alone if item is not None]


def read_source(root: str, name: str) -> Table | None:
    """Sites and lines of one file; none when it is no Python that this interpreter reads."""
    source = (Path(root) / name).read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a stranger's escapes deserve is the linter's business
            tree = ast.parse(source.decode("utf-8"))
        if source.startswith(b"\xef\xbb\xbf") or b"\f" in source or b"\r" in source:
            return {"path": name, "bugs": [], "neutral": [], "lines": statement_lines(tree)}
        bugs, neutral = sites(tree, source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {
        "path": name,
        "bugs": [_row(name, source, site) for site in bugs],
        "neutral": [_row(name, source, site) for site in neutral],
        "lines": statement_lines(tree),
    }


def _row(name: str, source: bytes, site: Site) -> Table:
    return {
        "path": name,
        "line": site.line,
        "operator": site.operator,
        "start": site.start,
        "end": site.end,
        "replacement": site.replacement.decode("utf-8"),
        "before": _cut(source[site.start : site.end].decode("utf-8", "replace")),
        "after": _cut(site.replacement.decode("utf-8", "replace")),
    }


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"


def _test_facts(root: Path, name: str) -> Table:
    """How many tests a file holds by its text, and how many of them assert nothing."""
    facts: Table = {"path": name, "tests": 0, "without_assertion": 0}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse((root / name).read_bytes())
        own = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
        ]
        helpers = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node not in own and _asserts(node, set())
        }
        without = sum(not _asserts(node, helpers) for node in own)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return facts
    return facts | {"tests": len(own), "without_assertion": without}


def _asserts(node: ast.AST, helpers: set[str]) -> bool:
    """Whether a function asserts something itself or through a helper of its file."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            called = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            if called.startswith(("assert", "expect", "fail", "raises")) or called in helpers:
                return True
    return False


if __name__ == "__main__":
    sys.exit(main())
