"""Fill what can be filled, a little beyond each cap, and give it back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from harness.promises.told import Told

_BLOCK = 1 << 20


def main(told: Told, given: dict[str, object]) -> None:
    """Fill each place by size and by number, open files, and write one large file."""
    files = int(str(given["file_bytes"]))
    places = cast("Mapping[str, list[int]]", given["places"])
    for name, (size, inodes) in places.items():
        path = Path(str(given[name])) / "promise"
        path.mkdir()
        within(told, f"disk.{name}_bytes", lambda p=path, n=size: _bytes(p, files, 2 * n), size, "bytes")  # type: ignore[misc]
        shutil.rmtree(path)
        path.mkdir()
        within(told, f"disk.{name}_files", lambda p=path, n=inodes: _files(p, 2 * n), inodes, "files")  # type: ignore[misc]
        shutil.rmtree(path)
    within(told, "limits.file_size", lambda: _large(Path(str(given["data"])), files), files, "bytes in one file")
    cap = int(str(given["open_files"]))
    within(told, "limits.open_files", lambda: _open(2 * cap), cap, "open files")


def within(told: Told, promise: str, take: Callable[[], int], cap: int, unit: str) -> None:
    """Held when what could be taken stays within the cap."""
    took = take()
    told.say(promise, f"{took} {unit}, cap {cap}", held=took <= cap)


def _bytes(folder: Path, per_file: int, most: int) -> int:
    took, block = 0, b"x" * _BLOCK
    while took < most:
        with (folder / str(took)).open("wb", buffering=0) as file:
            try:
                while took < most and file.tell() + _BLOCK <= per_file:
                    took += file.write(block)
            except OSError:
                return took
    return took


def _files(folder: Path, most: int) -> int:
    for number in range(most):
        try:
            (folder / str(number)).touch()
        except OSError:
            return number
    return most


def _large(folder: Path, cap: int) -> int:
    """One byte beyond the cap, with a hole before it: it takes a page."""
    path = folder / "large"
    with path.open("wb") as file:
        try:
            os.pwrite(file.fileno(), b"x", cap)
        except OSError:
            return 0
        finally:
            path.unlink()
    return cap + 1


def _open(most: int) -> int:
    held: list[int] = []
    try:
        while len(held) < most:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    finally:
        for descriptor in held:
            os.close(descriptor)
    return len(held) + 3
