"""The analysers as they run in their container, on a tree given as text."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.evidence_code import StaticResult

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def analyse(tmp_path):
    """Analyse a tree given as {name: text or bytes}; returns what the analysers left."""

    def run(
        tree: dict[str, str | bytes], kit: tuple[str, ...] = (), known: dict[str, str] | None = None
    ) -> StaticResult:
        source, out, inbox = tmp_path / "src", tmp_path / "out", tmp_path / "in"
        out.mkdir()
        for top, files in ((source, tree), (inbox / "known", known or {})):
            for name, content in files.items():
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_bytes(content.encode() if isinstance(content, str) else content)
        inbox.mkdir(exist_ok=True)
        (inbox / "kit.json").write_text(json.dumps([hashlib.sha256(text.encode()).hexdigest() for text in kit]))
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STATIC_SOURCE": str(source),
            "STATIC_OUT": str(out),
            "STATIC_IN": str(inbox),
            "TMPDIR": str(tmp_path),
        }
        subprocess.run([sys.executable, "-m", "harness.static"], cwd=ROOT, env=environment, check=True)
        return StaticResult.model_validate_json((out / "static.json").read_bytes())

    return run
