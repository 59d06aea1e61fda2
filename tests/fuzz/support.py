"""What every fuzz target is made of: its description, a reader of input bytes, and the oracles they share."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.errors import GraderError

ERROR_LINE = 1_000
"""No sentence of ours is longer; strangers' text in it is cut long before."""


class Broken(AssertionError):  # noqa: N818 - says what it is: a promise of a parser that does not hold
    """A parser broke a promise: a wrong error, an unsafe result, a cap that does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser of strangers' bytes.

    Attributes:
        name: names the corpus, the crashes and the row in the table.
        run: feeds one input to the parser; whatever it raises is a crash.
        seconds: processor time that one input may take; more is a hang.
        max_bytes: the longest input that is tried.
        seeds: the first inputs, well formed and nearly so.
        words: pieces that the format is made of, for the mutators.
    """

    name: str
    run: Callable[[bytes], None]
    seconds: float = 2.0
    max_bytes: int = 4_096
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


def hold(promise: object, what: str) -> None:
    """Raise :class:`Broken` unless the promise holds."""
    if not promise:
        raise Broken(what)


def sound(error: GraderError, kinds: type[GraderError] | tuple[type[GraderError], ...], *codes: str) -> None:
    """The error is of a documented kind and code, and its sentences can be shown anywhere."""
    hold(isinstance(error, kinds), f"{type(error).__name__} {error.code} is not the documented blame")
    hold(any(error.code == code or (code[-1] == "." and error.code.startswith(code)) for code in codes), error.code)
    for text in (error.message, error.next_step):
        hold(text and text.isprintable(), f"a sentence that is not printable: {text!r}")
        hold(len(text) <= ERROR_LINE, f"a sentence of {len(text)} characters")


class Cut:
    """Takes an input apart into numbers, bytes and texts; an input that is used up gives zeros."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, below: int) -> int:
        """A number of 0 to ``below - 1``, from one byte."""
        return (self.bytes(1) or b"\0")[0] % below

    def bytes(self, count: int) -> bytes:
        """The next bytes, fewer at the end."""
        piece = self._data[self._at : self._at + count]
        self._at += count
        return piece

    def rest(self) -> bytes:
        """All that is left."""
        return self.bytes(len(self._data))

    def field(self) -> bytes:
        """Bytes up to the next newline, which is dropped."""
        piece, _, _ = self._data[self._at :].partition(b"\n")
        self._at += len(piece) + 1
        return piece

    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._data)


def pieces(data: bytes, sizes: bytes) -> list[bytes]:
    """``data`` as the network might deliver it: cut at lengths that another part of the input chooses."""
    found, at = [], 0
    for size in sizes:
        found.append(data[at : at + size])
        at += size
    return [*found, data[at:]]


@cache
def scratch() -> Path:
    """A folder of this process, in memory where there is such a place."""
    given = os.environ.get("FUZZ_SCRATCH")
    if given:  # removed by who gave it: libFuzzer ends its process without a goodbye
        return Path(given)
    memory = Path("/dev/shm")  # noqa: S108 - only speed depends on it
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def tree(name: str, **files: bytes) -> Path:
    """A source tree of its own with these files (``_`` stands for a dot)."""
    folder = scratch() / name
    folder.mkdir(exist_ok=True)
    for file, data in files.items():
        (folder / file.replace("_", ".")).write_bytes(data)
    return folder
