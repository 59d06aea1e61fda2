"""ruff for Python, Deno's linter for JavaScript and TypeScript: our rules, on files that we name.

Nothing that a submission holds can switch them off. ruff ignores its comments and ignore files; Deno's linter
reads copies under our own names, with the word that starts its suppression comments spoilt. A canary with known faults
goes through with the rest: a linter that does not find them was switched off, and that looks like clean code.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TypedDict

from harness.static.categories import SCRIPT_RULES
from harness.static.languages import SCRIPT_SUFFIXES
from harness.static.limited import run_limited

SETTINGS = Path(__file__).with_name("rules.toml")
SCRATCH = Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - the container's own tmpfs
_SITE = Path("/opt/grader/site/bin")
_CANARY = "import os\n\n\ndef canary():\n    try:\n        return undefined_name\n    except:\n        pass\n"
_CANARY_RULES = {"F401", "F821", "E722"}
_SCRIPT_CANARY = "// deno-lint-ignore-file\nexport function canary() { try { eval('1'); } catch (e) {} debugger; }\n"
_SCRIPT_CANARY_RULES = {"no-eval", "no-empty", "no-debugger"}
_BATCH, _LINT_S = 400, 20


class Finding(TypedDict):
    """One finding as a linter has it."""

    path: str
    line: int
    rule: str
    message: str
    url: str


Batch = Callable[[Sequence[str]], list[Finding] | None]


class AnalyserError(Exception):
    """An analyser did not do its work; ours."""


def lint_python(root: Path, names: Sequence[str]) -> tuple[list[Finding], list[str]]:
    """Ruff's findings, and the files that it could not get through.

    Raises:
        AnalyserError: it does not even find the canary's faults; ours.
    """
    canary = SCRATCH / "grader_canary.py"
    canary.write_text(_CANARY, "utf-8")
    return _in_batches("ruff", names, lambda batch: _ruff(root, batch, canary))


def lint_renamed(root: Path, names: Sequence[str]) -> tuple[list[Finding], list[str]]:
    """The same for Python under other names, on copies with a name of ours: ruff reads some suffixes as no code.

    Raises:
        AnalyserError: as above.
    """
    folder = SCRATCH / "renamed"
    folder.mkdir()
    originals = {f"f{number}.py": name for number, name in enumerate(names)}
    for copy, name in originals.items():
        shutil.copyfile(root / name, folder / copy)
    findings, failed = lint_python(folder, list(originals)) if names else ([], [])
    shutil.rmtree(folder)
    for finding in findings:
        finding["path"] = originals[finding["path"]]
    return findings, [originals[copy] for copy in failed]


def lint_scripts(root: Path, names: Sequence[str]) -> tuple[list[Finding], list[str]]:
    """The findings of Deno's linter, and the files that it could not get through.

    Raises:
        AnalyserError: as for Python.
    """
    return _in_batches("deno lint", names, lambda batch: _deno(root, batch)) if names else ([], [])


def _in_batches(tool: str, names: Sequence[str], run: Batch) -> tuple[list[Finding], list[str]]:
    """Halve a batch that fails until the file that does it stands alone."""
    if run([]) is None:
        raise AnalyserError(f"{tool} does not work on the canary alone")
    findings: list[Finding] = []
    failed: list[str] = []
    batches = [list(names[start : start + _BATCH]) for start in range(0, len(names), _BATCH)]
    while batches:
        batch = batches.pop()
        found = run(batch)
        if found is not None:
            findings += found
        elif len(batch) == 1:
            failed.append(batch[0])
        else:
            half = len(batch) // 2
            batches += [batch[:half], batch[half:]]
    return findings, failed


def _tool(name: str) -> str:
    return str(_SITE / name) if (_SITE / name).exists() else name


def _ruff(root: Path, names: Sequence[str], canary: Path) -> list[Finding] | None:
    """Ruff's findings on these files; none when it did not get through them, or lost the canary."""
    command = [_tool("ruff"), "check", "--config", str(SETTINGS), "--ignore-noqa", "--no-respect-gitignore"]
    command += ["--no-cache", "--quiet", "--exit-zero", "--output-format", "json", "--", str(canary)]
    out = run_limited([*command, *(str(root / name) for name in names)], _LINT_S)
    try:
        found = [_ruff_finding(root, item, canary) for item in json.loads(out)]
    except ValueError:
        return None
    return _without_canary(found, _CANARY_RULES)


def _ruff_finding(root: Path, item: dict[str, object], canary: Path) -> Finding:
    path = Path(str(item["filename"]))
    location = item.get("location")
    rule = item.get("code")
    return {
        "path": "<canary>" if path == canary else path.relative_to(root).as_posix(),
        "line": int(location["row"]) if isinstance(location, dict) else 1,
        "rule": "syntax" if rule in (None, "invalid-syntax") else str(rule),
        "message": str(item["message"]),
        "url": str(item.get("url") or ""),
    }


def _deno(root: Path, names: Sequence[str]) -> list[Finding] | None:
    """The same for Deno's linter, on copies in a folder of their own."""
    folder = SCRATCH / "scripts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copies = {"canary.ts": "<canary>"}
    (folder / "canary.ts").write_bytes(_unsuppressed(_SCRIPT_CANARY.encode()))
    for number, name in enumerate(names):
        suffix = PurePosixPath(name).suffix.lower()
        copy = f"f{number}{suffix if suffix in SCRIPT_SUFFIXES else '.js'}"
        copies[copy] = name
        (folder / copy).write_bytes(_unsuppressed((root / name).read_bytes()))
    rules = ",".join(rule for group in SCRIPT_RULES.values() for rule in group)
    command = [
        _tool("deno"),
        "lint",
        "--no-config",
        "--rules-tags=",
        f"--rules-include={rules}",
        "--json",
        "--quiet",
        ".",
    ]
    environment = {"DENO_DIR": str(SCRATCH / "deno"), "PATH": os.environ.get("PATH", ""), "NO_COLOR": "1"}
    out = run_limited(command, _LINT_S, cwd=folder, env=environment)
    try:
        said = json.loads(out)
        found = [_deno_finding(item, copies) for item in said["diagnostics"]]
        found += [_deno_error(item, copies) for item in said["errors"]]
    except (ValueError, KeyError):
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _without_canary(found, _SCRIPT_CANARY_RULES)


def _unsuppressed(source: bytes) -> bytes:
    """The same text without suppression comments: one letter of their first word is another."""
    return source.replace(b"deno-lint-ignore", b"deno_lint-ignore")


def _deno_finding(item: dict[str, object], copies: dict[str, str]) -> Finding:
    place = item.get("range")
    start = place.get("start") if isinstance(place, dict) else None
    rule = str(item["code"])
    return {
        "path": copies[PurePosixPath(str(item["filename"])).name],
        "line": int(start["line"]) if isinstance(start, dict) else 1,
        "rule": rule,
        "message": str(item["message"]),
        "url": f"https://docs.deno.com/lint/rules/{rule}/",
    }


def _deno_error(item: dict[str, object], copies: dict[str, str]) -> Finding:
    """A file that does not parse; the last part of the message says where."""
    message = str(item["message"])
    place = message.rsplit(":", 2)[1:]
    return {
        "path": copies[PurePosixPath(str(item["file_path"])).name],
        "line": int(place[0]) if len(place) == 2 and place[0].isdigit() else 1,  # noqa: PLR2004 - line and column
        "rule": "syntax",
        "message": message.split("\n", 1)[0],
        "url": "",
    }


def _without_canary(found: list[Finding], wanted: set[str]) -> list[Finding] | None:
    if not {item["rule"] for item in found if item["path"] == "<canary>"} >= wanted:
        return None
    return [item for item in found if item["path"] != "<canary>"]
