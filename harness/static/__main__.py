"""Analyse ``/src``: ``python -m harness.static``; writes ``/job/out/static.json``.

``/job/in/kit.json`` lists SHA-256 digests of the challenge's own starter and public files: a file that
is still byte for byte one of them is not the candidate's work, and is left out. ``/job/in/known/NAME/…`` holds
works to compare with; of them only fingerprints come out.

The linters run while two readers measure the files; nothing of the tree is ever imported.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.static.fingerprints import fingerprints
from harness.static.languages import CODE, PYTHON
from harness.static.licences import licence_facts
from harness.static.lint import Finding, lint_python, lint_renamed, lint_scripts
from harness.static.reading import Answer
from harness.static.result import PrintsFacts, prints, result
from harness.static.side_by_side import read_all
from harness.static.tree import Tree, walk

SOURCE = Path(os.environ.get("STATIC_SOURCE", "/src"))
OUT = Path(os.environ.get("STATIC_OUT", "/job/out"))
INBOX = Path(os.environ.get("STATIC_IN", "/job/in"))
_MARKS, _KNOWN_MARKS = 20_000, 60_000


def main() -> int:
    """Analyse and write. Exit code 0 whenever the result was written."""
    kit = INBOX / "kit.json"
    tree = walk(SOURCE, set(json.loads(kit.read_text("utf-8"))) if kit.exists() else set())
    with ThreadPoolExecutor(4) as pool:
        scripts = [name for name, language in tree.files.items() if language in CODE - {PYTHON}]
        python = [name for name, language in tree.files.items() if language == PYTHON]
        linted = [pool.submit(lint_python, SOURCE, python), pool.submit(lint_scripts, SOURCE, scripts)]
        reading = pool.submit(read_all, SOURCE, tree.files)
        known = _known()
        answers = reading.result()
        renamed = [name for name, language in tree.files.items() if language not in CODE and _is_code(answers[name])]
        linted.append(pool.submit(lint_renamed, SOURCE, renamed))
        results = [part.result() for part in linted]
    tree.size += sum((SOURCE / name).stat().st_size for name in renamed)
    findings = [finding for found, _ in results for finding in found]
    findings += _unread(tree, answers, findings, [name for _, failed in results for name in failed])
    whole = result(SOURCE, tree, answers, findings)
    whole["known"] = known
    whole["licence"] = licence_facts(SOURCE)
    whole["prints"] = prints(((name, a["language"], a.get("marks", [])) for name, a in answers.items()), _MARKS)
    temporary = OUT / "static.tmp"
    # A file's name may hold bytes that are no text; a result that nobody can read would switch the analysis off.
    temporary.write_bytes(json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace"))
    temporary.rename(OUT / "static.json")
    return 0


def _is_code(answer: Answer) -> bool:
    return answer["language"] in CODE


def _known() -> dict[str, list[PrintsFacts]]:
    """Fingerprints of each work to compare with. They are the challenge's own, so they are read in this process."""
    found: dict[str, list[PrintsFacts]] = {}
    folder = INBOX / "known"
    for work in sorted(folder.iterdir()) if folder.is_dir() else []:
        files = [(name, language) for name, language in walk(work, set()).files.items() if language in CODE]
        sources = ((name, language, (work / name).read_text("utf-8", "replace")) for name, language in files)
        marks = [(name, language, fingerprints(language, source)) for name, language, source in sources]
        found[work.name] = prints(marks, _KNOWN_MARKS)
    return found


def _unread(tree: Tree, answers: Mapping[str, Answer], findings: list[Finding], failed: Iterable[str]) -> list[Finding]:
    """Code that an analyser could not get through: counted, and a finding unless the linter has one already."""
    problems = dict.fromkeys(failed, "the linter stopped on it")
    problems |= {
        name: answer["problem"] for name, answer in answers.items() if "problem" in answer and _is_code(answer)
    }
    broken = {item["path"]: item["line"] for item in findings if item["rule"] == "syntax"}
    problems = {name: f"syntax error in line {line}" for name, line in broken.items()} | problems
    for name, problem in sorted(problems.items()):
        data = (SOURCE / name).read_bytes()
        tree.leave("unreadable", name, problem, data)
        tree.unread += len(data)
    return [
        {"path": name, "line": 1, "rule": "unreadable", "message": problem, "url": ""}
        for name, problem in sorted(problems.items())
        if name not in broken
    ]


if __name__ == "__main__":
    sys.exit(main())
