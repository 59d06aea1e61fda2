"""Fuzz targets: what a submission writes about itself, and its source as the places for seeded bugs."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator

from grader.evidence_work import Decision, Heading
from harness.documents.__main__ import _headings
from harness.documents.decisions import entries, sentences
from harness.documents.markdown import blocks
from harness.documents.mentions import mentions
from harness.documents.names import Names
from harness.owntests.operators import Site, sites, statement_lines
from tests.fuzz.support import Target, hold

_NAME = "README.md"
_KNOWN = Names(files=["app.py"], defined={"serve": "app.py:1"}, imported={"numpy": "app.py:2"})


def document(data: bytes) -> None:
    """Markdown: blocks of one line each, and headings and decisions that the evidence can hold."""
    found = list(blocks(data.decode("utf-8", "replace")))
    for block in found:
        hold("\n" not in block.text, f"a block of several lines: {block.text!r}")
        hold("".join(sentences(block.text)).replace(" ", "") == block.text.replace(" ", ""), "words that go missing")
    for row in _headings(_NAME, found):
        Heading.model_validate(row).to_json().encode()
    for entry in entries(_NAME, found):
        row = entry.row()
        codes = row.pop("codes")
        spans = [str(code) for code in codes] if isinstance(codes, list) else []
        row["mentions"] = mentions(f"{row['title']} {row['text']}", spans, _KNOWN)
        Decision.model_validate(row).to_json().encode()


def bug_sites(data: bytes) -> None:
    """Python source: every place for a bug or a neutral change lies in it, and the changed source still parses."""
    deep = sys.getrecursionlimit()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _bug_sites(data)
    finally:
        sys.setrecursionlimit(deep)


def _bug_sites(data: bytes) -> None:
    try:
        tree = ast.parse(data.decode("utf-8"))
        if data.startswith(b"\xef\xbb\xbf") or b"\f" in data or b"\r" in data:
            return  # not changed: offsets would not be those of the bytes
        bugs, neutral = sites(tree, data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = data.count(b"\n") + 1
    hold(all(0 < line <= lines for line in statement_lines(tree)), "a statement beyond the file")
    for changed in _changed(data, [*bugs, *neutral][:40]):
        ast.parse(changed.decode("utf-8"))


def _changed(source: bytes, places: list[Site]) -> Iterator[bytes]:
    for site in places:
        hold(0 <= site.start <= site.end <= len(source), f"a place outside the file: {site}")
        changed = source[: site.start] + site.replacement + source[site.end :]
        hold(changed != source, f"a change that changes nothing: {site}")
        yield changed


TARGETS = (
    Target(
        name="document",
        run=document,
        seconds=8.0,
        seeds=(
            (b"# Title\n\nText with `code` and **strong** words.\n\n## Decisions\n\n- **numpy over torch.** Instead of torch, "
            b"because it loads in 0.3 s; costs 200 MB.\n- `serve` keeps one thread.\n"),
            b"Setext\n======\n\n1. one\n   - two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
            b"> quote\n> # heading in it\n\n```\nfence\n",
            b"<details><summary># x</summary></details>\n\n[a]: http://x 'y'\n[a][a] ![b](c)\n",
            b"- " * 60 + b"deep\n",
        ),
        words=(b"# ", b"## Decisions\n", b"- **", b"**", b"`", b"```\n", b"> ", b"| a |\n|---|\n", b"instead of ", b"because ",
               b"[", b"](", b"<!--", b"&#x0;", b"\\", b"1. ", b"    ", b"\t", b"* * *\n", b"numpy", b"3.5 ms"),
    ),
    Target(
        name="bug_sites",
        run=bug_sites,
        seconds=4.0,
        seeds=(
            b"def f(a, b=1):\n    if a < b and not b:\n        return a + 1\n    raise ValueError('x')\n",
            b"class A:\n    x = 1\n\n    def g(self):\n        while True:\n            self.x -= 1\n            break\n",
            "def ü(ß):\n    return 'é' == ß or ß is None\n".encode(),
            b"x = [y for y in z if y != 0]; assert x\n",
            b"def f():\n    try:\n        pass\n    except OSError:\n        return False\n    else:\n        return 0.5\n",
        ),
        words=(b"if ", b" < ", b" == ", b" and ", b"not ", b"return ", b"raise ", b"True", b"0", b"1", b"-", b"+", b"(", b")",
               b"\n    ", b"\n        ", b"lambda: ", b" in ", b" is not ", b"f'{a}'", b"b''", b"...", b"def f():\n    "),
    ),
)  # fmt: skip
