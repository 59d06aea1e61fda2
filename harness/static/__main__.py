"""Analyse ``/src``: ``python -m harness.static``; writes ``/work/out/static.json``.

``/work/in/kit.json`` lists SHA-256 digests of the challenge's own starter and public files: a file that
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
from pathlib import Path

from harness.static.complexity import FileFacts, analyse_file

SOURCE = Path(os.environ.get("STATIC_SOURCE", "/src"))
OUT = Path(os.environ.get("STATIC_OUT", "/work/out"))
KIT = Path(os.environ.get("STATIC_KIT", "/work/in/kit.json"))
SCRATCH = Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - the container's own tmpfs
SETTINGS = Path(__file__).with_name("rules.toml")
_CANARY = "import os\n\n\ndef canary():\n    try:\n        return undefined_name\n    except:\n        pass\n"
_CANARY_RULES = {"F401", "F821", "E722"}
_FILE_BYTES, _FILES, _FINDINGS, _FUNCTIONS, _BATCH = 1024 * 1024, 5_000, 2_000, 500, 400
_LEFT_OUT = {"node_modules", ".git", "__pycache__"}
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
    files, skipped = _python_files()
    facts = [item for item in _complexity(files) if item is not None]
    skipped += [f"{item.path}: {item.problem}" for item in facts if item.problem]
    findings = _lint(files)
    findings += [
        {"path": item.path, "line": 1, "rule": "unreadable", "message": item.problem, "url": ""}
        for item in facts
        if item.problem and not any(f["path"] == item.path and f["rule"] == "syntax" for f in findings)
    ]
    result = _result(facts, findings, skipped)
    temporary = OUT / "static.tmp"
    temporary.write_text(json.dumps(result), "utf-8")
    temporary.rename(OUT / "static.json")
    return 0


def _python_files() -> tuple[list[str], list[str]]:
    """Every Python file, by relative name; vendored environments and the challenge's kit are left out and said so."""
    found: list[str] = []
    skipped: list[str] = []
    kit = set(json.loads(KIT.read_text("utf-8"))) if KIT.exists() else set()
    for folder, folders, names in os.walk(SOURCE):
        for name in sorted(folders):
            if name in _LEFT_OUT or (Path(folder) / name / "pyvenv.cfg").exists():
                folders.remove(name)
                if name != "__pycache__":
                    skipped.append(f"{_relative(Path(folder) / name)}/: an environment or vendored packages")
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix not in {".py", ".pyw"} or path.is_symlink():
                continue
            if path.stat().st_size > _FILE_BYTES:
                skipped.append(f"{_relative(path)}: larger than {_FILE_BYTES // 1024} KB")
            elif kit and hashlib.sha256(path.read_bytes()).hexdigest() in kit:
                skipped.append(f"{_relative(path)}: unchanged from the challenge's kit")
            elif len(found) >= _FILES:
                skipped.append(f"more than {_FILES} Python files: the rest was not read")
                return found, skipped
            else:
                found.append(_relative(path))
    return found, skipped


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


def _lint(files: list[str]) -> list[dict[str, object]]:
    canary = SCRATCH / "grader_canary.py"
    canary.write_text(_CANARY, "utf-8")
    found = [
        item for start in range(0, len(files) + 1, _BATCH) for item in _ruff([*files[start : start + _BATCH]], canary)
    ]
    seen = {str(item["rule"]) for item in found if item["path"] == "<canary>"}
    if not seen >= _CANARY_RULES:
        raise AnalyserError(f"ruff did not report the canary's faults: {sorted(_CANARY_RULES - seen)}")
    return [item for item in found if item["path"] != "<canary>"]


def _ruff(names: list[str], canary: Path) -> list[dict[str, object]]:
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
    done = subprocess.run([*command, *(str(SOURCE / name) for name in names)], capture_output=True, check=False)
    try:
        raw = json.loads(done.stdout)
    except ValueError:
        raise AnalyserError(
            f"ruff ended with {done.returncode}: {done.stderr.decode(errors='replace')[:500]}"
        ) from None
    return [_finding(item, canary) for item in raw]


def _finding(item: dict[str, object], canary: Path) -> dict[str, object]:
    path = Path(str(item["filename"]))
    location = item.get("location")
    rule = item.get("code")
    return {
        "path": "<canary>" if path == canary else _relative(path),
        "line": location["row"] if isinstance(location, dict) else 1,
        "rule": "syntax" if rule in (None, "invalid-syntax") else str(rule),
        "message": str(item["message"])[:600],
        "url": str(item.get("url") or ""),
    }


def _category(rule: str) -> str:
    for prefix, category in _CATEGORIES.items():
        if rule.startswith(prefix):
            return category
    return "correctness"


def _excerpt(path: str, line: int) -> tuple[int, list[str]]:
    """Up to nine lines around a line, each cut to 300 characters."""
    try:
        lines = (SOURCE / path).read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0, []
    start = max(1, line - 4)
    return start, [text[:300] for text in lines[start - 1 : line + 4]]


def _result(facts: list[FileFacts], findings: list[dict[str, object]], skipped: list[str]) -> dict[str, object]:
    findings.sort(key=lambda f: (str(f["path"]), int(str(f["line"])), str(f["rule"])))
    for item in findings:
        item["category"] = _category(str(item["rule"]))
    shown = []
    for item in findings[:_FINDINGS]:
        start, lines = _excerpt(str(item["path"]), int(str(item["line"])))
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
        "skipped": [line[:600] for line in skipped[:200]],
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
