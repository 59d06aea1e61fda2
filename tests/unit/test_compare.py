"""`grader compare`: gradings side by side, from their evidence, without an engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from records import challenge, evidence, rubric, static

from grader.cli import main
from grader.compare import compare_gradings
from grader.errors import UsageError
from grader.evidence_code import Prints
from harness.static.fingerprints import fingerprints

SOURCE = (Path(__file__).resolve().parents[1] / "challenges/echo/solutions/public-answer/server.py").read_text("utf-8")
COPY = (Path(__file__).resolve().parents[1] / "repos/renamed-copy/server.py").read_text("utf-8")
OTHER = (Path(__file__).resolve().parents[1] / "repos/over-engineered/app/services/commands.py").read_text("utf-8")


def grading(folder: Path, source: str | None, **changes) -> Path:
    """The folder of a grading of one file, or of one whose source was never analysed."""
    marks = " ".join(f"{value}:{line}" for value, line in fingerprints("python", source or ""))
    prints = (Prints(path="server.py", language="python", marks=marks),)
    outcome = static(prints=prints) if source else None
    evidence(static=outcome, **changes).save(folder / "evidence.json")
    return folder


def test_a_renamed_copy_is_seen(tmp_path):
    """Another submission's code with other names is told, with its share and where to look; different code is not."""
    first = grading(tmp_path / "a", SOURCE)
    grading(tmp_path / "b", COPY)
    grading(tmp_path / "c", OTHER)
    copy, other = compare_gradings(first, [tmp_path])
    assert (copy.folder.name, copy.notable, other.folder.name, other.notable) == ("b", True, "c", False)
    assert copy.similarity.share > 0.9
    assert other.similarity.share < 0.1
    assert copy.similarity.places[0].path == "server.py"


def test_the_command_says_it_and_moves_nothing(tmp_path, capsys):
    """The command prints shares, places and ordinary explanations, or JSON, and writes no file."""
    first, second = grading(tmp_path / "a", SOURCE), grading(tmp_path / "b", COPY)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(first), str(second)])
    said = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "passages, the first in server.py:" in said
    assert "Ordinary explanations" in said
    with pytest.raises(SystemExit):
        main(["compare", "--json", str(first), str(second)])
    (row,) = json.loads(capsys.readouterr().out)
    assert row["notable"] is True
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == before


def test_only_gradings_of_the_same_challenge_are_compared(tmp_path):
    """Gradings of another challenge, or without an analysed source, are passed over; none left is a usage error."""
    first = grading(tmp_path / "a", SOURCE)
    grading(tmp_path / "b", COPY, rubric_of=challenge(**rubric() | {"id": "another"}))
    grading(tmp_path / "c", None)
    with pytest.raises(UsageError) as caught:
        compare_gradings(first, [tmp_path])
    assert caught.value.code == "compare.nothing"


def test_a_grading_without_source_has_nothing_to_compare(tmp_path):
    """The first grading needs an analysed source."""
    with pytest.raises(UsageError) as caught:
        compare_gradings(grading(tmp_path / "a", None), [grading(tmp_path / "b", COPY)])
    assert caught.value.code == "compare.no_source"
