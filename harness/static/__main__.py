"""Analyse ``/src``: ``python -m harness.static``; writes ``/job/out/static.json``.

``/job/in/kit.json`` lists SHA-256 digests of the challenge's own starter and public files: a file that
is still byte for byte one of them is not the candidate's work, and is left out.

ruff runs with our settings on files that we name, radon in this process. A canary file with
known faults goes through with the rest: if its faults are not found, there is no result at all,
since an analyser that was switched off looks like clean code.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from harness.static.complexity import FileFacts, analyse_file

SOURCE = Path(os.environ.get("STATIC_SOURCE", "/src"))
OUT = Path(os.environ.get("STATIC_OUT", "/job/out"))
KIT = Path(os.environ.get("STATIC_KIT", "/job/in/kit.json"))
SCRATCH = Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - the container's own tmpfs
SETTINGS = Path(__file__).with_name("rules.toml")
_CANARY = "import os\n\n\ndef canary():\n    try:\n        return undefined_name\n    except:\n        pass\n"
_CANARY_RULES = {"F401", "F821", "E722"}
_FILE_BYTES, _FILES, _FINDINGS, _FUNCTIONS, _BATCH = 1024 * 1024, 5_000, 2_000, 500, 400
_ALL_BYTES, _EXCERPTS, _RUFF_S = 8 * 1024 * 1024, 300, 20
_LEFT_OUT = {"node_modules", "site-packages", ".git", "__pycache__"}
Finding = dict[str, object]
_CATEGORIES = {
    "E722": "error_handling",
    "BLE": "error_handling",
    "S110": "error_handling",
    "S112": "error_handling",
    "B904": "error_handling",
    "TRY": "error_handling",
    "ASYNC": "async",
    "S": "security",
    "B": "bugs",
    "F": "correctness",
    "E9": "correctness",
    "PLE": "correctness",
}


class AnalyserError(Exception):
    """An analyser did not do its work; ours."""


def main() -> int:
    """Analyse and write. Exit code 0 whenever the result was written."""
    tree = _python_files()
    facts = [analysed for analysed in _complexity(tree.files) if analysed is not None]
    findings, unlinted = _lint(tree.files)
    problems = dict(unlinted) | {item.path: item.problem for item in facts if item.problem}
    named = {str(item["path"]) for item in findings if item["rule"] == "syntax"}
    findings += [
        {"path": path, "line": 1, "rule": "unreadable", "message": problem}
        for path, problem in sorted(problems.items())
        if path not in named
    ]
    tree.skipped += [f"{path}: {problem}" for path, problem in sorted(problems.items())]
    tree.unread += sum((SOURCE / path).stat().st_size for path in problems)
    result = _result(tree, facts, findings)
    temporary = OUT / "static.tmp"
    temporary.write_text(json.dumps(result), "utf-8")
    temporary.rename(OUT / "static.json")
    return 0


@dataclass(slots=True)
class Tree:
    """The Python files to read, what was left out and why, and how much of the Python that is."""

    files: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    bytes: int = 0
    """Of all Python that is the candidate's."""
    unread: int = 0
    """Of that, what no analyser could read."""


def _python_files() -> Tree:
    """Every Python file, by relative name; installed packages and the challenge's kit are left out and said so."""
    tree = Tree()
    kit = set(json.loads(KIT.read_text("utf-8"))) if KIT.exists() else set()
    for folder, folders, names in os.walk(SOURCE):
        for name in sorted(_LEFT_OUT & set(folders)):
            folders.remove(name)
            if name != "__pycache__":
                tree.skipped.append(f"{_relative(Path(folder) / name)}/: installed packages")
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix in {".py", ".pyw"} and not path.is_symlink():
                _take(tree, path, kit)
    return tree


def _take(tree: Tree, path: Path, kit: set[str]) -> None:
    name, size = _relative(path), path.stat().st_size
    if kit and hashlib.sha256(path.read_bytes()).hexdigest() in kit:
        tree.skipped.append(f"{name}: unchanged from the challenge's kit")
        return
    tree.bytes += size
    if size > _FILE_BYTES or len(tree.files) >= _FILES or tree.bytes - tree.unread > _ALL_BYTES:
        tree.skipped.append(
            f"{name}: beyond what is read (a file of 1 MB, {_FILES} files, {_ALL_BYTES // 1024**2} MB in all)"
        )
        tree.unread += size
    else:
        tree.files.append(name)


def _relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def _complexity(files: list[str]) -> list[FileFacts | None]:
    """Facts per file, worked out in another process: a file that kills it costs itself only."""
    with ProcessPoolExecutor(max_workers=1) as pool:
        try:
            return list(pool.map(analyse_file, [str(SOURCE)] * len(files), files, chunksize=50))
        except BrokenProcessPool:
            return [_alone(name) for name in files]


def _alone(name: str) -> FileFacts | None:
    with ProcessPoolExecutor(max_workers=1) as pool:
        try:
            return pool.submit(analyse_file, str(SOURCE), name).result()
        except BrokenProcessPool:
            return FileFacts(path=name, problem="the analyser stopped on it")


def _lint(files: list[str]) -> tuple[list[Finding], list[tuple[str, str]]]:
    """Findings, and the files that ruff could not get through, each with the reason.

    Raises:
        AnalyserError: ruff does not even find the canary's faults; ours.
    """
    canary = SCRATCH / "grader_canary.py"
    canary.write_text(_CANARY, "utf-8")
    alone = _ruff([], canary)
    if alone is None:
        raise AnalyserError("ruff does not work on the canary alone")
    findings: list[Finding] = []
    failed: list[tuple[str, str]] = []
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    while batches:
        batch = batches.pop()
        found = _ruff(batch, canary)
        if found is not None:
            findings += found
        elif len(batch) == 1:
            failed.append((batch[0], "the linter stopped on it"))
        else:
            half = len(batch) // 2
            batches += [batch[:half], batch[half:]]
    return findings, failed


def _ruff(names: list[str], canary: Path) -> list[Finding] | None:
    """Ruff's findings on these files; none when it did not get through them, or lost the canary."""
    command = [
        "/opt/grader/site/bin/ruff",
        "check",
        "--config",
        str(SETTINGS),
        "--ignore-noqa",
        "--no-respect-gitignore",
    ]
    command += ["--no-cache", "--quiet", "--exit-zero", "--output-format", "json", "--", str(canary)]
    if not Path(command[0]).exists():
        command[0] = "ruff"
    try:
        done = subprocess.run(
            [*command, *(str(SOURCE / name) for name in names)], capture_output=True, check=False, timeout=_RUFF_S
        )
        found = [_finding(item, canary) for item in json.loads(done.stdout)]
    except (subprocess.TimeoutExpired, ValueError):
        return None
    if not {str(item["rule"]) for item in found if item["path"] == "<canary>"} >= _CANARY_RULES:
        return None
    return [item for item in found if item["path"] != "<canary>"]


def _finding(item: dict[str, object], canary: Path) -> Finding:
    path = Path(str(item["filename"]))
    location = item.get("location")
    rule = item.get("code")
    return {
        "path": "<canary>" if path == canary else _relative(path),
        "line": location["row"] if isinstance(location, dict) else 1,
        "rule": "syntax" if rule in (None, "invalid-syntax") else str(rule),
        "message": str(item["message"])[:300],
    }


def _category(rule: str) -> str:
    for prefix, category in _CATEGORIES.items():
        if rule.startswith(prefix):
            return category
    return "correctness"


def _excerpt(path: str, line: int) -> tuple[int, list[str]]:
    """Up to nine lines around a line, each cut to 200 characters."""
    try:
        lines = (SOURCE / path).read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0, []
    start = max(1, line - 4)
    return start, [text[:200] for text in lines[start - 1 : line + 4]]


def _result(tree: Tree, facts: list[FileFacts], findings: list[Finding]) -> dict[str, object]:
    findings.sort(key=lambda f: (str(f["path"]), int(str(f["line"])), str(f["rule"])))
    for item in findings:
        item["category"] = _category(str(item["rule"]))
    shown = []
    for number, item in enumerate(findings[:_FINDINGS]):
        start, lines = _excerpt(str(item["path"]), int(str(item["line"]))) if number < _EXCERPTS else (0, [])
        shown.append(item | {"excerpt_start": start, "excerpt": lines})
    functions = sorted(
        (f for item in facts for f in item.functions), key=lambda f: (-f["complexity"], f["path"], f["line"])
    )
    in_functions = sum(f["lines"] for f in functions)
    in_complex = sum(f["lines"] for f in functions if f["complexity"] > 10)  # noqa: PLR2004 - radon's grade C begins at 11
    measured = [item for item in facts if item.maintainability is not None and item.lines]
    weight = sum(item.lines for item in measured)
    return {
        "schema_version": 1,
        "files": len(facts),
        "lines": sum(item.lines for item in facts),
        "skipped": [line[:600] for line in tree.skipped[:200]],
        "unread_share": tree.unread / tree.bytes if tree.bytes else 0.0,
        "findings": shown,
        "findings_total": len(findings),
        "by_category": dict(Counter(str(item["category"]) for item in findings)),
        "functions": functions[:_FUNCTIONS],
        "functions_total": len(functions),
        "complex_share": in_complex / in_functions if in_functions else 0.0,
        "maintainability": sum((item.maintainability or 0) * item.lines for item in measured) / weight
        if weight
        else None,
        "tools": {name: importlib.metadata.version(name) for name in ("radon", "ruff")},
    }


if __name__ == "__main__":
    sys.exit(main())
