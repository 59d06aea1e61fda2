"""Kept inputs: a packed corpus per target, and one file for each input that once broke a parser.

``corpus/<target>.jsonl`` holds an input a line: ``{"text": …}`` where it is plain text, otherwise
``{"zlib": …}`` (compressed, base64). ``regressions/<target>/<telling name>`` holds the raw input.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from hashlib import sha1
from pathlib import Path

HERE = Path(__file__).parent
CORPUS, REGRESSIONS = HERE / "corpus", HERE / "regressions"
PACKED_BYTES = 50_000
"""The most that one target's corpus may take; the smallest inputs stay."""


def encoded(data: bytes) -> str:
    """One line of a packed corpus."""
    packed = json.dumps({"zlib": base64.b64encode(zlib.compress(data, 9)).decode()})
    try:
        text = json.dumps({"text": data.decode("utf-8")})
    except UnicodeDecodeError:
        return packed
    return min(text, packed, key=len)


def decoded(row: str) -> bytes:
    """The input of one line."""
    entry = json.loads(row)
    return entry["text"].encode() if "text" in entry else zlib.decompress(base64.b64decode(entry["zlib"]))


def kept(target: str) -> list[bytes]:
    """The packed corpus of a target."""
    path = CORPUS / f"{target}.jsonl"
    return [decoded(row) for row in path.read_text("ascii").splitlines()] if path.exists() else []


def regressions(target: str) -> list[tuple[str, bytes]]:
    """Inputs that once broke a parser, by name."""
    return [(path.name, path.read_bytes()) for path in sorted((REGRESSIONS / target).glob("*"))]


def save(target: str, inputs: Iterable[bytes]) -> int:
    """Pack a corpus, smallest inputs first, up to its cap; gives how many were kept."""
    rows, size = [], 0
    for data in sorted(set(inputs), key=lambda data: (len(data), data)):
        row = encoded(data)
        size += len(row) + 1
        if size > PACKED_BYTES:
            break
        rows.append(row)
    (CORPUS / f"{target}.jsonl").write_text("\n".join([*rows, ""]), "ascii")
    return len(rows)


def unpack(inputs: Iterable[bytes], folder: Path) -> None:
    """Write inputs as the files that libFuzzer reads, named by content."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        (folder / sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
