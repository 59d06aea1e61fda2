"""A disk that is soon full."""

from __future__ import annotations

import os
import subprocess

import pytest


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KB, mounted for the test; needs root, as the container engine's tests do."""
    if os.geteuid() != 0:
        pytest.fail("this test mounts a small tmpfs: run it as root")
    disk = tmp_path / "small"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)
