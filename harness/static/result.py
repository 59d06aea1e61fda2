"""The analysers' answers as one result: sorted, counted, capped, and with every secret covered."""

from __future__ import annotations

import importlib.metadata
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from harness.static.categories import STYLE, category
from harness.static.complexity import FunctionFacts, Measures
from harness.static.credentials import Masker, digest
from harness.static.fingerprints import Marks
from harness.static.languages import CODE
from harness.static.lint import Finding
from harness.static.reading import Answer
from harness.static.tree import Tree

_FINDINGS, _FUNCTIONS, _EXCERPTS, _MARKED_FUNCTIONS = 2_000, 500, 300, 8
_LEFT, _NOTES, _METRICS, _SECRETS, _PRINTED = 200, 50, 300, 200, 5_000
_TOOLS = ("deno", "detect-secrets", "lizard", "radon", "ruff")
_COMPLEX = 10
"""radon's grade C begins above."""
_NAMED_SECRETS = ("S105", "S106", "S107")
"""Rules that call a literal of the marked line a secret."""


class PrintsFacts(TypedDict):
    """Fingerprints of one file as ``hash:line`` words."""

    path: str
    language: str
    marks: str


def result(root: Path, tree: Tree, answers: Mapping[str, Answer], findings: list[Finding]) -> dict[str, object]:
    """Everything that is recorded of the tree."""
    left = {entry["path"] for entry in tree.left_out}
    code = {
        name: (answer["language"], answer["measures"])
        for name, answer in sorted(answers.items())
        if "measures" in answer and name not in left
    }
    sources = Sources(root)
    masker = _masker(answers, findings)
    rows = [measures for _, measures in code.values()]
    functions = _ordered(rows)
    in_functions = sum(f["lines"] for f in functions)
    in_complex = sum(f["lines"] for f in functions if f["complexity"] > _COMPLEX)
    return {
        "schema_version": 1,
        "files": len(code),
        "lines": sum(measures["lines"] for measures in rows),
        "languages": dict(Counter(language for language, _ in code.values())),
        "left_out": tree.left_out[:_LEFT],
        "left_out_total": len(tree.left_out),
        "notes": [note[:600] for note in tree.notes[:_NOTES]],
        "unread_share": min(1.0, tree.unread / tree.size) if tree.size else 0.0,
        **_findings(findings, sources, masker),
        "functions": [_function(f, n, sources, masker) for n, f in enumerate(functions[:_FUNCTIONS])],
        "functions_total": len(functions),
        "complex_share": in_complex / in_functions if in_functions else 0.0,
        "maintainability": _maintainability(rows),
        "metrics": _metrics(code),
        "secrets": _secrets(answers),
        "tools": {name: importlib.metadata.version(name) for name in _TOOLS},
    }


class Sources:
    """Lines of files, each file read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rows: dict[str, list[str]] = {}

    def rows(self, path: str) -> list[str]:
        """The lines of a file; none when it cannot be read."""
        if path not in self._rows:
            try:
                self._rows[path] = (self._root / path).read_text("utf-8", "replace").split("\n")
            except OSError:
                self._rows[path] = []
        return self._rows[path]

    def row(self, path: str, line: int) -> str:
        """One line; empty beyond the end."""
        rows = self.rows(path)
        return rows[line - 1] if 0 < line <= len(rows) else ""


def _findings(findings: list[Finding], sources: Sources, masker: Masker) -> dict[str, object]:
    """Findings with category and excerpt; what is worth nothing comes last, so that a cap cuts that first."""
    marked = [(category(item["rule"], sources.row(item["path"], item["line"])), item) for item in findings]
    marked.sort(key=lambda pair: (pair[0] == STYLE, pair[1]["path"], pair[1]["line"], pair[1]["rule"]))
    shown = []
    for number, (kind, item) in enumerate(marked[:_FINDINGS]):
        start, excerpt = _excerpt(item["path"], item["line"], sources, masker) if number < _EXCERPTS else (0, [])
        # The linter quotes the literal that it calls a secret.
        said = item["message"].split(":", 1)[0] if item["rule"] in _NAMED_SECRETS else item["message"]
        said = masker.text(said)[:300]
        shown.append({**item, "message": said, "category": kind, "excerpt_start": start, "excerpt": excerpt})
    counts = dict(Counter(kind for kind, _ in marked))
    return {"findings": shown, "findings_total": len(findings), "by_category": counts}


def _excerpt(path: str, line: int, sources: Sources, masker: Masker) -> tuple[int, list[str]]:
    """Up to nine lines around a line, masked first and then cut to 200 characters each."""
    start = max(1, line - 4)
    return start, _cut(masker.excerpt(path, start, sources.rows(path)[start - 1 : line + 4]))


def _cut(rows: Iterable[str]) -> list[str]:
    return [row.rstrip("\r")[:200] for row in rows]


def _ordered(rows: Iterable[Measures]) -> list[FunctionFacts]:
    found = [function for measures in rows for function in measures["functions"]]
    return sorted(found, key=lambda f: (-f["complexity"], f["path"], f["line"]))


def _function(function: FunctionFacts, number: int, sources: Sources, masker: Masker) -> dict[str, object]:
    """A function; the first few, which the report shows, with their first lines."""
    path, line = function["path"], function["line"]
    rows = sources.rows(path)[line - 1 : line + 5] if number < _MARKED_FUNCTIONS else []
    return {**function, "excerpt": _cut(masker.excerpt(path, line, rows))}


def _maintainability(rows: Iterable[Measures]) -> float | None:
    """Mean index over Python files, weighted by lines."""
    pairs = [(m["maintainability"], m["lines"]) for m in rows if m["maintainability"] is not None and m["lines"]]
    weight = sum(lines for _, lines in pairs)
    return sum((index or 0.0) * lines for index, lines in pairs) / weight if weight else None


def _metrics(code: Mapping[str, tuple[str, Measures]]) -> list[dict[str, object]]:
    """Measures per file, the largest files first."""
    rows = sorted(code.items(), key=lambda item: (-item[1][1]["lines"], item[0]))
    return [
        {
            **measures,
            "path": name,
            "language": language,
            "functions": len(measures["functions"]),
            "complexity": max((f["complexity"] for f in measures["functions"]), default=0),
        }
        for name, (language, measures) in rows[:_METRICS]
    ]


def _masker(answers: Mapping[str, Answer], findings: Iterable[Finding]) -> Masker:
    """Covers what the detectors found, private keys whole, and literals that the linter calls a secret."""
    values: set[str] = set()
    lines: dict[str, set[int]] = {}
    for name, answer in answers.items():
        held = lines.setdefault(name, set())
        for secret in answer.get("secrets", []):
            values.add(secret["value"])
            held.add(secret["line"])
        held |= set(answer.get("keys", []))
    for item in findings:
        if item["rule"] in _NAMED_SECRETS:
            lines.setdefault(item["path"], set()).add(item["line"])
    return Masker(values=frozenset(values), lines={name: frozenset(held) for name, held in lines.items()})


def _secrets(answers: Mapping[str, Answer]) -> list[dict[str, object]]:
    """Kind, place and keyed digest; the key goes with this process."""
    key = secrets.token_bytes(16)
    found: list[dict[str, object]] = [
        {"kind": secret["kind"], "path": name, "line": secret["line"], "same_as": digest(secret["value"], key)}
        for name, answer in sorted(answers.items())
        for secret in answer.get("secrets", [])
    ]
    return found[:_SECRETS]


def prints(files: Iterable[tuple[str, str, Marks]], most: int) -> list[PrintsFacts]:
    """Fingerprints of each file (name, language, marks), up to a number of them in all."""
    found: list[PrintsFacts] = []
    for name, language, marks in sorted(files):
        kept, most = marks[:most], most - len(marks[:most])
        if kept and language in CODE and len(found) < _PRINTED:
            found.append({"path": name, "language": language, "marks": " ".join(f"{v}:{line}" for v, line in kept)})
    return found
