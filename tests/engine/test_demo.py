"""`make demo` as a newcomer runs it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.long]
ROOT = Path(__file__).resolve().parent.parent.parent


def demo() -> str:
    """Run the demo to its end; what it printed."""
    done = subprocess.run(
        [".venv/bin/python", "scripts/demo.py"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=800
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(1_700)
def test_demo_prints_scores_and_paths_and_says_what_it_reused():
    """The demo grades both submissions from git URLs, prints scores and paths, and a second run says what it reused."""
    for printed in (demo(), demo()):
        assert re.search(r"^reference\s+graded\s+(?:9[5-9]|100)\.\d", printed, re.MULTILINE)
        assert re.search(r"^lexical-only\s+graded\s+7\d\.\d", printed, re.MULTILINE)
        assert "git://127.0.0.1" in printed
        paths = [Path(p) for p in re.findall(r"^\S+: (\S+(?:report\.html|scorecard\.json))$", printed, re.MULTILINE)]
        assert [p.name for p in paths] == ["report.html", "scorecard.json"] * 2
        assert all((ROOT / p).exists() for p in paths)
    # Only of the second run: what the first one found depends on who ran here before.
    assert "images reused" in printed
    assert printed.count("environment reused") == len(paths) / 2
