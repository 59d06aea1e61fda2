"""The ladder: a solution is held to its score, its reasons and its gates."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pod_stubs import ECHO
from records import LOST, evidence, failure

from grader.challenge import ChallengeFolder
from grader.errors import ChallengeError, UsageError
from grader.scoring import score
from grader.settings import read_settings
from grader.validation.ladder import Expected, climb, compare, expected, lay_out, solution_files, solutions
from grader.validation.publish import bare_repository

GOOD = {"kind": "reference", "score": (95, 100), "why": "All of it works."}


def sentence(wanted: dict, **changes) -> str:
    """What the comparison says of the sample grading."""
    own = evidence(**changes)
    step = compare("sample", Expected.model_validate(GOOD | wanted), score(own), Path("out"))
    assert step.held == (step.sentence == GOOD["why"])
    return step.sentence


def test_a_solution_that_lands_is_told_its_own_reason():
    """A solution within its band, for its reasons, is held, and the sentence is its author's."""
    assert sentence({}) == GOOD["why"]
    failing = {"score": (75, 75), "failing": ["api.two"]}
    assert sentence(failing, verdicts={"api.two": ["failed"]}) == GOOD["why"]


@pytest.mark.parametrize(
    ("wanted", "changes", "words"),
    [
        ({"score": (0, 94)}, {}, "The score is 100.0, not within 0 and 94."),
        ({"code": "install.failed"}, {}, "The failure is None, not install.failed."),
        ({"blame": "candidate"}, {}, "The blame is None, not candidate."),
        ({"gates": ["works"]}, {}, "The closed gates are [], not ['works']."),
        ({"failing": ["api.two"]}, {}, "api.two should earn less than all, and does not."),
        ({"failing": ["api"]}, {}, "api should earn less than all, and does not."),
        ({"failing": ["api.three"]}, {}, "api.three is neither a check nor a criterion."),
        ({}, {"verdicts": {"api.two": ["failed"]}}, "api.two should be passed in full, and is not."),
        ({}, {"verdicts": {"api.two": [LOST]}}, "api.two should be passed in full, and is not."),
        ({}, {"failure": failure("infrastructure")}, "The score is None, not within 95 and 100."),
        ({"code": "install.failed", "blame": "candidate"}, {"failure": failure("infrastructure")}, "The blame is inf"),
    ],
)
def test_a_right_score_for_a_wrong_reason_is_not_held(wanted, changes, words):
    """Score, failure, blame, gates and the checks that fail must each be what was expected."""
    assert words in sentence(wanted, **changes)


def test_a_criterion_may_stand_for_its_checks():
    """Naming a criterion as failing allows all of its checks to; inexact allows any."""
    lost = {"verdicts": {"api.one": ["failed"] * 3, "api.two": ["failed"]}}
    assert sentence({"score": (0, 70), "failing": ["api"], "gates": ["works"]}, **lost) == GOOD["why"]
    assert sentence({"score": (0, 70), "exact": False, "gates": ["works"]}, **lost) == GOOD["why"]


def test_a_submission_that_cannot_be_graded_is_held_to_its_code():
    """For a submission that stops early, code, blame and gates are compared; its checks are not listed."""
    wanted = {"score": (0, 0), "code": "install.failed", "blame": "candidate", "gates": ["ready", "works"]}
    stopped = {"failure": failure("candidate"), "service": None, "phases": ()}
    assert sentence(wanted, **stopped) == GOOD["why"]


@pytest.fixture
def folder(tmp_path) -> ChallengeFolder:
    """The echo challenge with a solution and the untouched starter."""
    texts = ('kind = "reference"\nscore = [95, 100]\nwhy = "x"', 'kind = "starter"\nscore = [0, 5]\nwhy = "y"')
    for name, text in zip(("good", "starter"), texts, strict=True):
        (tmp_path / "solutions" / name).mkdir(parents=True)
        (tmp_path / "solutions" / name / "expected.toml").write_text(text)
    (tmp_path / "solutions" / "draft").mkdir()
    return ChallengeFolder(challenge=ECHO.challenge, root=tmp_path)


def test_solutions_are_the_folders_that_expect_something(folder):
    """Each folder with an expected.toml is a solution; the starter's files are the starter's own."""
    assert solutions(folder) == ["good", "starter"]
    assert expected(folder, "good").score == (95, 100)
    assert solution_files(folder, "good") == folder.root / "solutions" / "good"
    assert solution_files(folder, "starter") == folder.root / "starter"


@pytest.mark.parametrize("text", ["score = 3", "score = [1, 2]", "score = [", 'score = [1, 2]\nwhy = "x"\nok = 1'])
def test_a_broken_expectation_is_the_challenges(folder, text):
    """An expected.toml that cannot be read is named."""
    (folder.root / "solutions" / "good" / "expected.toml").write_text(text)
    with pytest.raises(ChallengeError, match="solution good") as caught:
        expected(folder, "good")
    assert caught.value.code == "ladder.expected_invalid"


class Silent:
    """Nobody watches."""

    def begin(self, stage: str, note: str) -> None:
        """Say nothing."""

    note = begin

    def end(self, stage: str, seconds: float, note: str) -> None:
        """Say nothing."""


def test_nothing_graded_is_no_proof(folder, tmp_path):
    """A misspelt solution, and a challenge without any, is an error: an empty ladder is not held."""
    settings = read_settings({"GRADER_STATE": str(tmp_path / "state")})
    with pytest.raises(UsageError, match="no solution called god") as caught:
        climb(folder, settings, tmp_path / "out", Silent(), only=["good", "god"])
    assert caught.value.next_step == "Its solutions: good, starter."
    empty = ChallengeFolder(challenge=folder.challenge, root=tmp_path / "none")
    with pytest.raises(ChallengeError) as broken:
        climb(empty, settings, tmp_path / "out", Silent())
    assert broken.value.code == "ladder.no_solutions"


def test_the_same_folder_is_the_same_commit(tmp_path):
    """A solution's commit follows from its files alone; caches and expectations are no part of it."""
    commits = []
    for number in range(2):
        tree = tmp_path / f"tree{number}"
        (tree / "__pycache__").mkdir(parents=True)
        (tree / "__pycache__" / f"{number}.pyc").touch()
        (tree / "expected.toml").write_text(str(number))
        (tree / ".gitignore").write_text("*")
        (tree / "server.py").write_text("1")
        commits.append(bare_repository(tree, tmp_path / f"{number}.git"))
    assert commits[0] == commits[1]
    listed = ["git", "-C", str(tmp_path / "0.git"), "ls-tree", "--name-only", commits[0]]
    assert subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split() == [
        ".gitignore",
        "server.py",
    ]


def based_on_good(folder: ChallengeFolder, change: str) -> Path:
    """A solution that is another one besides a change; its folder."""
    (folder.root / "solutions" / "good" / "server.py").write_text("one\ntwo\n")
    own = folder.root / "solutions" / "other"
    own.mkdir()
    (own / "expected.toml").write_text(
        'kind = "weak"\nscore = [50, 60]\nwhy = "x"\nbased_on = "good"\nremove = ["tests"]\n'
        f'[[change]]\npath = "server.py"\nold = "{change}"\nnew = "three"\n'
    )
    (own / "README.md").write_text("Its own.")
    (folder.root / "solutions" / "good" / "tests").mkdir()
    return own


def test_a_solution_may_be_another_one_with_a_change(folder, tmp_path):
    """It is laid out as the other's files, less what it lacks, with the change made, and its own files."""
    based_on_good(folder, "two")
    tree = lay_out(folder, "other", tmp_path / "tree")
    assert {path.name: path.read_text() for path in tree.iterdir()} == {
        "server.py": "one\nthree\n",
        "README.md": "Its own.",
    }


@pytest.mark.parametrize("text", ["four", "o"])
def test_a_change_that_does_not_fit_is_the_challenges(folder, tmp_path, text):
    """A text that stands nowhere, or twice, is not guessed at."""
    based_on_good(folder, text)
    with pytest.raises(ChallengeError, match="does not fit") as caught:
        lay_out(folder, "other", tmp_path / "tree")
    assert caught.value.code == "ladder.change"
