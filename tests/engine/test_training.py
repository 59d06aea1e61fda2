"""Training on the real engine: before the service, into a folder of its own, and again where a phase asks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.engine.conftest import REPOS, Desk, Ran

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("nothing_left")]


def graded(desk: Desk, folder: Path, changes: dict[str, tuple[str, str]]) -> Ran:
    """The submission that learns, with a change in some of its files."""
    shutil.copytree(REPOS / "learns", folder)
    for name, (old, new) in changes.items():
        text = (folder / name).read_text()
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new))
    return desk.run("--challenge", "learner", url=desk.publish("learns", folder))


def earned(ran: Ran) -> dict[str, bool]:
    """Which checks passed."""
    checks = [check for group in ran.card()["groups"] for check in group["checks"]]
    return {check["id"]: check["share"] == 1 for check in checks}


def runs_of(ran: Ran) -> list[dict]:
    """The record of its trainings."""
    return json.loads((ran.folder / "evidence.json").read_text("utf-8"))["service"]["training"]


def test_the_service_stands_on_what_training_left(desk, tmp_path):
    """It is trained twice, each time into an empty folder; a restart keeps the model; both runs are on record."""
    ran = graded(desk, tmp_path / "files", {})
    assert (ran.code, ran.card()["score"]) == (0, 100), ran.said()
    runs = runs_of(ran)
    assert [(run["phase"], run["reason"], run["exit_code"]) for run in runs] == [
        ("main", "exited", 0),
        ("retrained", "exited", 0),
    ]
    assert all("trained on 3 numbers" in run["log"]["head"] for run in runs)
    assert "Training ended with success" in (ran.folder / "report.html").read_text("utf-8")


def test_training_that_differs_each_time_is_noticed(desk, tmp_path):
    """A model that chance decides loses the check on training again, and nothing else."""
    ran = graded(desk, tmp_path / "files", {"train.py": ('"always the same"', "os.urandom(8).hex()")})
    assert ran.card()["score"] == 75, ran.said()
    assert [name for name, passed in earned(ran).items() if not passed] == ["training.repeats"]


FAILS = {
    "an exit code": ("print(", "raise SystemExit(3)\nprint(", "ended with exit code 3"),
    "no end": ("print(", "import time; time.sleep(600)\nprint(", "had not ended at its deadline"),
    "too much memory": ("print(", 'held = b"x" * (2 << 30)\nprint(', "ran out of memory"),
}


@pytest.mark.parametrize("what", FAILS)
def test_training_that_fails_is_said(desk, tmp_path, what):
    """The service is asked all the same; what training did is in the sentence, and the model that it left counts."""
    old, new, sentence = FAILS[what]
    ran = graded(desk, tmp_path / "files", {"train.py": (old, new)})
    assert ran.card()["score"] == 50, ran.said()
    assert sentence in (ran.folder / "report.html").read_text("utf-8")
    assert [name for name, passed in earned(ran).items() if passed] == ["training.knows", "training.kept"]


def test_without_training_nothing_is_trained(desk, tmp_path):
    """Without [train] in the manifest the service starts on an empty folder, and this one never becomes ready."""
    ran = graded(desk, tmp_path / "files", {"takehome.toml": ('[train]\ncommand = ["python3", "train.py"]\n', "")})
    assert (ran.code, ran.card()["failure"]["code"]) == (1, "service.never_ready"), ran.said()
    assert runs_of(ran) == []


def test_checks_are_told_that_there_is_no_training(desk, tmp_path):
    """A service that brings its own model is asked all the same; a check on training fails, and is no bug of ours."""
    own = 'b\'{"sum": 12, "found": [], "token": "mine"}\''
    changes = {
        "takehome.toml": ('[train]\ncommand = ["python3", "train.py"]\n', ""),
        "server.py": ('Path(os.environ["DATA_DIR"], "model.json").read_bytes()', own),
    }
    ran = graded(desk, tmp_path / "files", changes)
    assert [name for name, passed in earned(ran).items() if passed] == ["training.knows", "training.kept"]
    phases = json.loads((ran.folder / "evidence.json").read_text("utf-8"))["phases"]
    (ended,) = [check["repeats"][0] for check in phases[0]["checks"] if check["id"] == "training.ended"]
    assert (ended["outcome"], ended["blame"]) == ("failed", "candidate")
    assert "no [train] command" in ended["seen"]


def test_training_cannot_reach_the_hidden_files(desk, tmp_path):
    """Training sees its data, the source and the environment; no socket of ours, and its data cannot be written."""
    look = (
        "import pathlib\n"
        "seen = [p for p in ('/run/pod', '/pod', '/held') if pathlib.Path(p).exists()]\n"
        "try:\n    open('/training/numbers.txt', 'a')\n    seen.append('written')\nexcept OSError:\n    pass\n"
        "assert not seen, seen\nprint("
    )
    ran = graded(desk, tmp_path / "files", {"train.py": ("print(", look)})
    assert ran.card()["score"] == 100, runs_of(ran)
