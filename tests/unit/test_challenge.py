"""The rubric: what must add up, what names it, and what changes its digest."""

from __future__ import annotations

import math
import shutil

import pytest
from pydantic import ValidationError
from records import SHARE, challenge, check, criterion, evidence, rubric

from grader.challenge import CHALLENGES, Challenge, load_challenge, tree_digest
from grader.errors import ChallengeError, UsageError
from grader.evidence import Evidence
from grader.gather.service import hidden_files

ECHO = CHALLENGES.parent / "tests" / "challenges"


def with_(kind: str, place: int, **changes) -> dict:
    """The sample rubric with one entry changed."""
    own = rubric()
    own[kind][place] |= changes
    return own


def without(kind: str, place: int) -> dict:
    """The sample rubric without one entry."""
    own = rubric()
    del own[kind][place]
    return own


def twice(kind: str) -> dict:
    """The sample rubric with an entry that stands twice."""
    own = rubric()
    return own | {kind: [*own[kind], own[kind][-1]]}


PROBLEMS = {
    "the weights sum to 101, not 100": with_("criterion", 0, weight=41),
    "the weights sum to 80, not 100": without("criterion", 4),
    "the criteria take 241 minutes, more than 240": with_("criterion", 0, minutes=121),
    "criterion design stands twice": twice("criterion"),
    "check quality.recall stands twice": twice("check"),
    "group all stands twice": twice("group"),
    "gate works stands twice": twice("gate"),
    "phase restart stands twice": twice("phase"),
    "check api.one names criterion nobody, which takes no checks": with_("check", 0, criterion="nobody"),
    "check api.one names criterion lint, which takes no checks": with_("check", 0, criterion="lint"),
    "check api.one names an unknown group none": with_("check", 0, group="none"),
    "check api.one names an unknown phase none": with_("check", 0, phase="none"),
    "criterion quality has no check": without("check", 3),
    "criterion api: people decide exactly the criteria with source 'review'": with_(
        "criterion", 0, decided_by="people"
    ),
    "criterion design: people decide exactly the criteria with source 'review'": with_(
        "criterion", 4, decided_by="harness"
    ),
    "criterion shape needs a scale": with_("criterion", 3, scale=None),
    "criterion lint needs penalties": with_("criterion", 2, penalties=[]),
    "gate works names an unknown check api.none": with_("gate", 2, failed=["api.none"]),
    "gate works needs exactly one of event and failed": with_("gate", 2, event="stopped"),
    "gate ready needs exactly one of event and failed": with_("gate", 0, event=None),
    "the anchors of scale 'x' must have rising values": with_(
        "check", 3, scale={"measure": "x", "anchors": [[0.5, 0], [0.5, 1]]}
    ),
    "the shares of scale 'x' must lie in 0..1": with_(
        "check", 3, scale={"measure": "x", "anchors": [[0, 0], [1, 1.1]]}
    ),
    "Extra inputs are not permitted": rubric() | {"weights": 3},
    "Input should be 1": rubric() | {"schema_version": 2},
    "String should match pattern": rubric() | {"version": "1.0"},
    "Input should be a finite number": with_("criterion", 0, weight=math.nan),
    "Input should be greater than 0": with_("criterion", 0, weight=0),
    "Tuple should have at least 5 items": with_("criterion", 0, anchors=["a", "b", "c", "d"]),
    "Tuple should have at least 2 items": with_("check", 3, scale={"measure": "x", "anchors": [[0, 0]]}),
}


@pytest.mark.parametrize("sentence", PROBLEMS, ids=str)
def test_each_rule_has_its_sentence(sentence):
    """A rubric that breaks one rule is refused, and the sentence names what is wrong."""
    with pytest.raises(ValidationError) as caught:
        Challenge.model_validate(PROBLEMS[sentence])
    assert sentence in str(caught.value)


def test_all_problems_are_told_at_once():
    """Several broken rules of one rubric are all named, so that nobody mends them one run at a time."""
    own = with_("criterion", 0, weight=41, minutes=200)
    own["check"][0]["group"] = "none"
    with pytest.raises(ValidationError) as caught:
        Challenge.model_validate(own)
    assert [w in str(caught.value) for w in ("101", "320 minutes", "unknown group")] == [True] * 3


def test_weights_may_be_thirds():
    """Weights that only sum to 100 within binary rounding are right."""
    kinds = [criterion(name, 100 / 3, "complexity", scale=SHARE) for name in "abc"]
    assert challenge(criterion=kinds, check=[], gate=[]).criteria[2].weight == pytest.approx(33.333, abs=1e-3)


def test_a_challenge_is_read_from_its_folder():
    """Every challenge that comes with the grader, and the tests' own, is read by its name."""
    for root in (CHALLENGES, ECHO):
        for path in root.glob("*/challenge.toml"):
            folder = load_challenge(path.parent.name, root)
            assert folder.challenge.id == path.parent.name
            assert any(folder.hidden.iterdir())


def test_an_unknown_challenge_names_the_known_ones(tmp_path):
    """A misspelt name is a usage error that lists what there is."""
    with pytest.raises(UsageError, match="no challenge called 'ecko'") as caught:
        load_challenge("ecko", ECHO)
    assert (caught.value.code, caught.value.next_step) == (
        "challenge.unknown",
        "Known challenges: craft, echo, learner, wire.",
    )
    with pytest.raises(UsageError) as caught:
        load_challenge("echo", tmp_path)
    assert caught.value.next_step == "Known challenges: none."


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"id = \n", "challenge.not_toml", "at line 1"),
        (b'id = "\xff"', "challenge.not_toml", "utf-8"),
        (b'id = "echo"', "challenge.invalid", "version: Field required"),
    ],
)
def test_a_broken_file_is_the_challenges_fault(tmp_path, data, code, words):
    """A challenge.toml that is no TOML, no UTF-8 or incomplete is named with the place."""
    (tmp_path / "echo").mkdir()
    (tmp_path / "echo" / "challenge.toml").write_bytes(data)
    with pytest.raises(ChallengeError) as caught:
        load_challenge("echo", tmp_path)
    assert caught.value.code == code
    assert words in caught.value.message


def test_a_challenge_is_called_what_its_folder_is_called(tmp_path):
    """An id that differs from the folder's name is refused: gradings are asked for by it."""
    shutil.copytree(ECHO / "echo", tmp_path / "copy")
    with pytest.raises(ChallengeError, match="its id is echo"):
        load_challenge("copy", tmp_path)


@pytest.fixture
def copy(tmp_path):
    """A copy of the echo challenge to change."""
    shutil.copytree(ECHO / "echo", tmp_path / "echo", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize(
    "path", ["challenge.toml", "hidden/test_echo.py", "hidden/new.json", "starter/a.py", "public/a"]
)
def test_what_can_move_a_score_changes_the_digest(copy, path):
    """A changed rubric, hidden file or kit (not linted while unchanged), and a new file, is another challenge."""
    before = load_challenge("echo", copy).digest()
    (copy / "echo" / path).parent.mkdir(exist_ok=True)
    with (copy / "echo" / path).open("a") as file:
        file.write("# changed\n")
    assert load_challenge("echo", copy).digest() != before


@pytest.mark.parametrize("path", ["brief.md", "solutions/a.py", "hidden/__pycache__/test_echo.pyc"])
def test_what_cannot_move_a_score_does_not(copy, path):
    """The brief, the solutions and caches leave the digest as it is."""
    before = load_challenge("echo", copy).digest()
    (copy / "echo" / path).parent.mkdir(exist_ok=True)
    (copy / "echo" / path).write_text("new")
    assert load_challenge("echo", copy).digest() == before


@pytest.fixture
def editions(copy):
    """A challenge with two editions of its data, of which "one" is its own."""
    for name in ("one", "two"):
        (copy / "echo" / "editions" / name).mkdir(parents=True)
        (copy / "echo" / "editions" / name / "words.json").write_text(f'"{name}"')
    rubric = copy / "echo" / "challenge.toml"
    rubric.write_text(f'edition = "one"\n{rubric.read_text("utf-8")}')
    return copy


def test_an_edition_is_part_of_what_was_graded(editions):
    """Each edition has a digest of its own; another edition's files don't change it."""
    own, other = load_challenge("echo", editions), load_challenge("echo", editions, "two")
    assert (own.challenge.edition, other.challenge.edition) == ("one", "two")
    assert load_challenge("echo", editions, "one").digest() == own.digest() != other.digest()
    before = own.digest()
    (editions / "echo" / "editions" / "two" / "words.json").write_text("new")
    assert own.digest() == before
    (editions / "echo" / "editions" / "one" / "words.json").write_text("new")
    assert own.digest() != before


def test_only_the_chosen_edition_enters_a_probe(editions):
    """The hidden checks find one edition as their folder data; other editions and the authors' files stay outside."""
    (editions / "echo" / "authoring").mkdir()
    (editions / "echo" / "authoring" / "cores.toml").write_text("")
    files = {file.path: file.data for file in hidden_files(load_challenge("echo", editions, "two"))}
    assert files["in/hidden/data/words.json"] == b'"two"'
    assert b'"one"' not in files.values()
    assert not [path for path in files if "editions" in path or "authoring" in path]
    assert "in/hidden/test_echo.py" in files


def test_an_unknown_edition_is_refused(editions):
    """A grading may ask for editions that are there; a rubric that names another one is broken."""
    with pytest.raises(UsageError, match="no edition called 'three'") as asked:
        load_challenge("echo", editions, "three")
    assert "one, two" in asked.value.next_step
    rubric = editions / "echo" / "challenge.toml"
    rubric.write_text(rubric.read_text("utf-8").replace('edition = "one"', 'edition = "nine"'))
    with pytest.raises(ChallengeError, match="no folder editions/nine"):
        load_challenge("echo", editions)
    with pytest.raises(UsageError, match="no edition called"):
        load_challenge("echo", ECHO, "one")


def test_a_digest_knows_names_from_contents(tmp_path):
    """The same bytes under another name, or cut elsewhere between two files, are another digest."""
    digests = set()
    for number, files in enumerate(({"a": "bc"}, {"ab": "c"}, {"a": "b", "c": ""}, {"a": "", "b": "c"})):
        (tmp_path / str(number)).mkdir()
        for name, text in files.items():
            (tmp_path / str(number) / name).write_text(text)
        digests.add(tree_digest(tmp_path / str(number), (".",)))
    assert len(digests) == 4


def test_a_rubric_survives_the_record():
    """Saved under its own names and read from the TOML's names, a rubric is the same record."""
    own = challenge(check=[*rubric()["check"], check("api.more", "api")])
    assert Challenge.model_validate_json(own.to_json()) == own
    assert Challenge.model_validate(own.model_dump(by_alias=True)) == own
    whole = evidence(rubric_of=own)
    assert Evidence.model_validate_json(whole.to_json()) == whole
