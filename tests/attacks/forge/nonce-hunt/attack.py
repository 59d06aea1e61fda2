"""Greps all that can be read for words that only the probe knows."""

import contextlib
import os
from pathlib import Path

from tells import tell

WORDS = (b"nonce", b"hidden_dir", b"service_socket", b"echo.rough", b"harness.probe", b"max_reply_bytes")
MINE = {str(path) for path in Path(__file__).resolve().parent.rglob("*")}


def files():
    for top in ("/run", "/pod", "/var", "/home", "/opt", "/mnt", "/tmp", "/dev/shm", "/data", "/srv", "/held"):
        for folder, _, names in os.walk(top):
            yield from (os.path.join(folder, name) for name in names)
    for process in Path("/proc").glob("[0-9]*"):
        yield from (str(process / name) for name in ("environ", "cmdline", "maps", "mountinfo", "net/unix"))


def at_start():
    found = set()
    for path in files():
        if path in MINE or path.startswith("/var/lib/dpkg"):
            continue
        with contextlib.suppress(OSError), open(path, "rb") as file:
            text = file.read(1_000_000)
            found.update(f"{path}: {word.decode()}" for word in WORDS if word in text)
    tell(found=sorted(found))
