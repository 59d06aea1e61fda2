"""``grader validate`` on the real engine: a small challenge holds; broken on purpose, what is broken is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from grader.validation.shapes import Validation

pytestmark = pytest.mark.engine
CHALLENGES = Path(__file__).resolve().parent / "challenges"
GRADER = str(Path(sys.executable).with_name("grader"))


@dataclass(frozen=True)
class Ran:
    """One run of the validation."""

    code: int
    said: str
    found: Validation
    folder: Path

    def states(self) -> dict[str, str]:
        """Each proof's state."""
        return {proof.id: proof.state for proof in self.found.proofs}

    def findings(self, proof: str) -> str:
        """What a proof found, as one text."""
        [own] = [one for one in self.found.proofs if one.id == proof]
        return "\n".join(f"{one.subject}: {one.message}" for one in own.findings)


def run(challenges: Path, out: Path, *arguments: str) -> Ran:
    """Validate the challenge "notes" of a folder of challenges."""
    done = subprocess.run(
        [GRADER, "validate", "notes", "--out", str(out), *arguments],
        env=os.environ | {"GRADER_CHALLENGES": str(challenges), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    record = out / "notes" / "validation.json"
    assert record.is_file(), done.stdout + done.stderr
    return Ran(done.returncode, done.stdout + done.stderr, Validation.load(record), out / "notes")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """Results that all runs of this module share: what is still true is not run again."""
    return tmp_path_factory.mktemp("validation")


@pytest.fixture(scope="module")
def whole(shelf) -> Ran:
    """The challenge as it is, in full."""
    return run(CHALLENGES, shelf, "--full")


@pytest.mark.timeout(500)
def test_a_fair_challenge_is_held(whole):
    """Every proof holds or has nothing to look at, each with figures, and the exit code is 0."""
    assert whole.code == 0, whole.said
    states = whole.states()
    assert states == dict.fromkeys(states, "held") | {"baselines": "skipped", "editions": "skipped"}
    ladder, mutants, flakes = (p for p in whole.found.proofs if p.id in ("ladder", "mutants", "flakes"))
    assert {row.subject for row in ladder.rows} == {p.name for p in (CHALLENGES / "notes" / "solutions").iterdir()}
    assert {"writes-nothing", "deletes-nothing", "a-folder-a-start"} < {row.subject for row in mutants.rows}
    assert [row.cells[1] for row in flakes.rows] == ["4 of 4"] * 3


def test_the_results_can_be_read_by_people_and_machines(whole):
    """A page without outside parts, JUnit with a case a row, and SARIF."""
    page = (whole.folder / "validation.html").read_text("utf-8")
    assert "Fair as far as tried" in page
    assert "default-src 'none'" in page
    suites = ET.parse(whole.folder / "junit.xml").getroot()  # noqa: S314 - our own file
    assert [suite.get("name") for suite in suites] == [proof.id for proof in whole.found.proofs]
    assert sum(int(suite.get("failures", "0")) for suite in suites) == 0
    assert json.loads((whole.folder / "validation.sarif").read_text("utf-8"))["runs"][0]["results"] == []


def test_what_is_still_true_is_not_run_again(whole, shelf):
    """A second run takes everything from the first one's folder."""
    units = {path: path.stat().st_mtime_ns for path in shelf.rglob("units/**/*.json")}
    again = run(CHALLENGES, shelf, "--full")
    assert again.states() == whole.states()
    assert {path: path.stat().st_mtime_ns for path in shelf.rglob("units/**/*.json")} == units


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    """A text in a file of the challenge, replaced."""

    def breaks(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, (name, text.count(old))
        path.write_text(text.replace(old, new), "utf-8")

    return breaks


def told(folder: Path) -> None:
    """The canary of the hidden files stands in the starter."""
    with (folder / "starter" / "server.py").open("a", encoding="utf-8") as file:
        file.write(f"# {(folder / 'hidden' / 'canary.txt').read_text('utf-8')}")


def doubled(folder: Path) -> None:
    """A hidden test that the rubric does not name."""
    with (folder / "hidden" / "test_notes.py").open("a", encoding="utf-8") as file:
        file.write('\n\n@check("notes.extra")\ndef test_extra(service):\n    """More than was said."""\n')


ALWAYS = "expect(status == 404, "
SEEN = "        expect(seen == note, "
BROKEN = {
    "a wrong weight": (replaced("challenge.toml", "weight = 60", "weight = 59"), "rubric", "sum to 99"),
    "checks that weigh something else": (
        replaced("challenge.toml", "weight = 10", "weight = 11"),
        "rubric",
        "its checks weigh 61",
    ),
    "a missing anchor": (replaced("challenge.toml", '"Some.", "Few."', '"Some."'), "rubric", "anchors"),
    "a table that says something else": (
        replaced("brief.md", "| Lint | 20 |", "| Lint | 30 |"),
        "rubric",
        "table of points",
    ),
    "a cap that is not told": (replaced("brief.md", ", 0; no note came back, 5", ", 0"), "rubric", "cap of 5"),
    "a check that the brief does not ask for": (
        replaced("brief.md", "A deleted note is a 404.", "Notes can be deleted."),
        "scope",
        "notes.deleted",
    ),
    "a hidden test that the rubric does not name": (doubled, "scope", "notes.extra"),
    "a check without a mutant": (
        replaced("validation.toml", 'kills = ["notes.deleted"]', 'kills = ["notes.back"]'),
        "scope",
        "notes.deleted: no designed mutant",
    ),
    "a leaked canary": (told, "leaks", "starter/server.py: it holds the canary"),
    "a hidden text that is told": (
        replaced("public/README.md", "What the candidate", "The note from before the restart. What the candidate"),
        "leaks",
        "public/README.md: it shares",
    ),
    "a check that cannot fail": (
        replaced("hidden/test_notes.py", ALWAYS, "expect(status in (200, 404), "),
        "mutants",
        "notes.deleted: it does not notice its mutant deletes-nothing",
    ),
    "a mutant that does not fit": (
        replaced("validation.toml", "path.unlink(missing_ok=True)", "path.unlink()"),
        "mutants",
        "deletes-nothing stands 0 times",
    ),
    "a flaky check": (
        replaced("hidden/test_notes.py", SEEN, "        expect(seen == note and rng.random() < 0.6, "),
        "flakes",
        "notes.back",
    ),
    "a band that moved": (
        replaced("solutions/forgets/expected.toml", "score = [70, 80]", "score = [40, 50]"),
        "ladder",
        "forgets: The score is 75",
    ),
    "a flaw that costs something else": (
        replaced("solutions/forgets/expected.toml", 'failing = ["notes.kept"]', 'failing = ["notes.deleted"]'),
        "ladder",
        "notes.deleted should earn less than all",
    ),
    "too few solutions": (
        replaced("validation.toml", "cheats = 1", "cheats = 2"),
        "ladder",
        "1 solutions of kind cheat",
    ),
    "a band that is none for its kind": (
        replaced("solutions/second/expected.toml", "score = [95, 100]", "score = [60, 100]"),
        "ladder",
        "a band of 60 to 100",
    ),
}


@pytest.mark.timeout(500)
@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(name, shelf, tmp_path):
    """One thing broken on purpose: its proof is broken, the finding names it, and the exit code is 4."""
    breaks, proof, words = BROKEN[name]
    shutil.copytree(CHALLENGES, tmp_path / "challenges", ignore=shutil.ignore_patterns("__pycache__"))
    breaks(tmp_path / "challenges" / "notes")
    out = tmp_path / "out"
    shutil.copytree(shelf, out)
    ran = run(tmp_path / "challenges", out, "--full", "--only", proof)
    assert ran.code == 4, ran.said
    assert ran.states() == {proof: "broken"}, ran.said
    assert words in ran.findings(proof), ran.findings(proof)


def test_data_may_be_drawn_alike_when_it_is_said(tmp_path):
    """Hidden data that share a sentence with the kit are named, unless the author says that they are drawn alike."""
    shutil.copytree(CHALLENGES, tmp_path / "challenges", ignore=shutil.ignore_patterns("__pycache__"))
    notes = tmp_path / "challenges" / "notes"
    sentence = "The parcel was left with a neighbour who is never at home."
    (notes / "public" / "rows.csv").write_text(f"text\n{sentence}\n")
    (notes / "hidden" / "rows.jsonl").write_text(json.dumps({"text": sentence}) + "\n")
    told = run(tmp_path / "challenges", tmp_path / "out", "--quick", "--only", "leaks")
    assert told.states() == {"leaks": "broken"}
    assert "public/rows.csv: it shares" in told.findings("leaks")
    demands = notes / "validation.toml"
    demands.write_text('drawn_alike = ["rows.jsonl"]\n' + demands.read_text("utf-8"))
    said = run(tmp_path / "challenges", tmp_path / "said", "--quick", "--only", "leaks")
    assert said.states() == {"leaks": "held"}
    assert "rows.jsonl is drawn alike" in said.found.proofs[0].sentence
    told_canary = notes / "public" / "rows.csv"
    told_canary.write_text((notes / "hidden" / "canary.txt").read_text("utf-8"))
    assert run(tmp_path / "challenges", tmp_path / "canary", "--quick", "--only", "leaks").code == 4


def test_an_unknown_proof_is_a_mistake_of_usage(tmp_path):
    """A proof that there is none of is named, with those that there are, and the exit code is 2."""
    done = subprocess.run(
        [GRADER, "validate", "notes", "--only", "everything", "--out", str(tmp_path)],
        env=os.environ | {"GRADER_CHALLENGES": str(CHALLENGES)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "There is no proof called everything." in done.stdout + done.stderr
    assert "rubric, scope, leaks" in done.stdout + done.stderr
