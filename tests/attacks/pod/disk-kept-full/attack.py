"""Full, and left so."""

import contextlib
from pathlib import Path


def at_start():
    with contextlib.suppress(OSError):
        for number in range(100_000):
            Path("/data", f"file-{number}").write_bytes(b"x" * 65_536)
    with contextlib.suppress(OSError):
        for number in range(100_000):
            Path("/data", f"rest-{number}").write_bytes(b"x" * 4_096)
