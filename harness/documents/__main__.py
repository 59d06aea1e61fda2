"""Read a submission's documents: ``python -m harness.documents``; writes ``/job/out/documents.json``.

Read are the README, files that are decision logs by name, and Markdown below ``docs/``; a starter's file that was not
changed is not the candidate's. Each file is read in a process of its own and under a deadline, since a parser's worst
case is a stranger's choice.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from harness.documents.decisions import entries, sentences
from harness.documents.markdown import Block, blocks
from harness.documents.mentions import mentions
from harness.documents.names import Names, names

SOURCE = Path(os.environ.get("DOCUMENTS_SOURCE", "/src/app"))
KIT = Path(os.environ.get("DOCUMENTS_KIT", "/job/in/kit.json"))
OUT = Path(os.environ.get("DOCUMENTS_OUT", "/job/out"))
_FILE_BYTES, _FILES, _HEADINGS, _STATEMENTS, _ENTRIES = 128 * 1024, 20, 200, 300, 40
_SECONDS = 8
_TEXT, _BODY = 300, 700
_NAMED = re.compile(
    r"(readme|decisions?|design|architecture|notes|changelog|adrs?)([-_. ].*)?\.(md|markdown|txt|rst)|readme",
    re.IGNORECASE,
)
_MARKDOWN = {".md", ".markdown"}
Table = dict[str, object]


def main() -> int:
    """Read and write. Exit code 0 whenever the result was written."""
    kit = set(json.loads(KIT.read_text("utf-8"))) if KIT.exists() else set()
    temporary = OUT / "documents.tmp"
    temporary.write_text(json.dumps(documents(SOURCE, kit)), "utf-8")
    temporary.rename(OUT / "documents.json")
    return 0


def documents(root: Path, kit: set[str]) -> Table:
    """Every document's headings, decisions and sentences with numbers, and the frameworks that the code imports."""
    known = names(root)
    read, skipped = [], []
    for name in _chosen(known):
        path = root / name
        raw = path.read_bytes()[: _FILE_BYTES + 1]
        if hashlib.sha256(path.read_bytes()).hexdigest() in kit:
            skipped.append(f"{name}: unchanged from the challenge's kit")
            continue
        found = _apart(name, raw[:_FILE_BYTES].decode("utf-8", "replace"))
        if found is None:
            skipped.append(f"{name}: the parser did not get through it")
            continue
        if len(raw) > _FILE_BYTES:
            skipped.append(f"{name}: read up to {_FILE_BYTES // 1024} kB")
        read.append(found)
    rows = [entry for item in read for entry in _list(item, "decisions")][:_ENTRIES]
    for row in rows:
        codes = row.pop("codes")
        # What stands in the sentence on the alternative is what the code does not do.
        text = f"{row['title']} {row['text']}".replace(str(row["alternative"]) or "\0", " ")
        spans = [str(code) for code in codes if str(code) in text] if isinstance(codes, list) else []
        row["mentions"] = mentions(text, spans, known)
    return {
        "schema_version": 1,
        "files": [{"path": item["path"], "words": item["words"]} for item in read],
        "skipped": skipped[:20],
        "headings": [heading for item in read for heading in _list(item, "headings")][:_HEADINGS],
        "decisions": rows,
        "statements": [said for item in read for said in _list(item, "statements")][:_STATEMENTS],
        "code_files": known.code_files,
        "imports": dict(known.importers.most_common(60)),
        "paths": [path for path in known.files if len(path) <= _TEXT][:2_000],
    }


def _list(item: Table, name: str) -> list[Table]:
    value = item[name]
    return value if isinstance(value, list) else []


def _chosen(known: Names) -> list[str]:
    """The README first, then decision logs, then what lies below docs/."""

    def rank(name: str) -> tuple[int, str] | None:
        folders, _, last = name.rpartition("/")
        if not folders and _NAMED.fullmatch(last):
            return (0 if last.lower().startswith("readme") else 1), name
        below = folders.split("/")[0].lower() in {"docs", "doc", "adr", "decisions"}
        return (2, name) if below and Path(last).suffix.lower() in _MARKDOWN else None

    ranked = sorted(place for place in map(rank, known.files) if place is not None)
    return [name for _, name in ranked][:_FILES]


def _apart(name: str, text: str) -> Table | None:
    """One document, read in another process; none when that ended or took too long."""
    with ProcessPoolExecutor(max_workers=1) as pool:
        try:
            return pool.submit(read_document, name, text).result()
        except (BrokenProcessPool, RecursionError, MemoryError, ValueError):
            return None


def read_document(name: str, text: str) -> Table:
    """What one document holds."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends this process, not the one that waits for it
    signal.alarm(_SECONDS)
    found = list(blocks(text))
    signal.alarm(0)
    return {
        "path": name,
        "words": sum(len(block.text.split()) for block in found),
        "headings": list(_headings(name, found)),
        "decisions": [entry.row() for entry in entries(name, found)],
        "statements": [
            {"path": name, "line": block.line, "text": sentence[:_TEXT]}
            for block in found
            if block.kind != "heading"
            for sentence in sentences(block.text)
            if any(c.isdigit() for c in sentence)
        ],
    }


def _headings(name: str, found: list[Block]) -> list[Table]:
    """Each heading with the words below it, up to the next of its level or above."""
    rows: list[Table] = []
    for place, block in enumerate(found):
        if block.kind != "heading":
            continue
        below = []
        for other in found[place + 1 :]:
            if other.kind == "heading" and other.level <= block.level:
                break
            below.append(other.text)
        text = " ".join(below)
        rows.append(
            {
                "path": name,
                "line": block.line,
                "level": block.level,
                "title": block.text[:_TEXT],
                "words": len(text.split()),
                "body": text[:_BODY],
            }
        )
    return rows[:_HEADINGS]


if __name__ == "__main__":
    sys.exit(main())
