from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ASIDE, REASONS, Words, export
from scipy.sparse import csr_matrix

from triage import __main__ as program
from triage import bundle
from triage.desk import Desk
from triage.gateway import DIMENSIONS
from triage.ledger import LedgerError, fingerprint, tickets_in
from triage.lessons import Lessons, Marks, marks, rehearsals, reviewed, stacked, surprise, taught, tuned
from triage.model import Expert, Model, Voices
from triage.terms import DESKS, Ticket, Verdict
from triage.training import MODESTY, train
from triage.wording import WIDTH, Sparse


def _verdicts(model: Model, *tickets: Ticket) -> list[Verdict]:
    return asyncio.run(Desk(model, Words()).judge(tickets))


def _ticket(text: str) -> Ticket:
    return Ticket("Hello", f"Hi,\n{text}\nA. B.")


@pytest.mark.parametrize("desk", DESKS)
def test_each_desk_gets_its_own(model: Model, desk: str) -> None:
    (answer,) = _verdicts(model, _ticket(f"{ASIDE} {REASONS[desk][0]}."))
    assert answer.category == desk
    assert answer.confidence > 0.5


def test_a_ticket_that_says_nothing_is_passed_on_without_a_call(model: Model) -> None:
    words = Words()
    verdicts = asyncio.run(Desk(model, words).judge([_ticket(ASIDE), Ticket("", "")]))
    assert verdicts == [Verdict("billing", 0.1, "human")] * 2
    assert words.asked == []


def test_a_batch_is_its_tickets(model: Model) -> None:
    tickets = [_ticket(texts[0]) for texts in REASONS.values()] + [Ticket("", "")]
    assert _verdicts(model, *tickets) == [_verdicts(model, ticket)[0] for ticket in tickets]


def test_training_twice_gives_the_same(folder: Path, trained: tuple[Model, Marks]) -> None:
    model, result = trained
    again, figures = asyncio.run(train(folder, Words()))
    assert np.array_equal(again.meaning.weights, model.meaning.weights)
    assert (again.voices, again.passport, figures) == (model.voices, model.passport, result)
    assert again.passport.training_sha256 == hashlib.sha256((folder / "train.csv").read_bytes()).hexdigest()
    assert again.passport.macro_f1 == round(max(0.0, result.macro_f1 - MODESTY), 3)
    assert again.passport.version.startswith("blend-")


def test_training_asks_for_each_reason_once(folder: Path) -> None:
    words = Words()
    asyncio.run(train(folder, words))
    assert len(words.asked) == len(set(words.asked)) == 20


def test_a_stored_model_is_the_same(model: Model, tmp_path: Path) -> None:
    bundle.write(model, tmp_path)
    bundle.write(model, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    again = bundle.read(tmp_path)
    assert (again.passport, again.voices) == (model.passport, model.voices)
    assert again.smalltalk.phrases == model.smalltalk.phrases
    tickets = [_ticket(texts[1]) for texts in REASONS.values()]
    for old, new in zip(_verdicts(model, *tickets), _verdicts(again, *tickets), strict=True):
        assert (new.category, new.route) == (old.category, old.route)
        assert new.confidence == pytest.approx(old.confidence, abs=0.002)


def test_a_broken_model_is_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(bundle.BundleError, match="train first"):
        bundle.read(tmp_path)
    bundle.write(replace(model, meaning=Expert(np.zeros((DIMENSIONS, 9)), np.zeros(9))), tmp_path)
    with pytest.raises(bundle.BundleError, match="do not fit"):
        bundle.read(tmp_path)
    bundle.write(replace(model, rare=model.rare[:-1]), tmp_path)
    with pytest.raises(bundle.BundleError, match="do not fit"):
        bundle.read(tmp_path)
    (tmp_path / "model" / "arrays.npz").write_bytes(b"PK")
    with pytest.raises(bundle.BundleError, match="train first"):
        bundle.read(tmp_path)


def test_experts_add_up() -> None:
    expert = Expert(np.arange(6.0).reshape(3, 2), np.array([1.0, -1.0]))
    assert expert.of_vector(np.array([1.0, 0.0, 2.0])).tolist() == [9.0, 10.0]
    assert expert.of_sparse(Sparse(np.array([0, 2]), np.array([1.0, 2.0]))).tolist() == [9.0, 10.0]


def test_voices_weigh_the_experts() -> None:
    heard = Voices(2.0, 0.5).heard(np.array([np.log(3), 0.0]), np.array([0.0, np.log(16)]))
    assert heard == pytest.approx([9 / 13, 4 / 13])


def _lessons(rows: list[list[float]], desks: list[int], checked: list[int]) -> Lessons:
    meanings = np.array(rows, dtype=float)
    marked = np.array([bool(mark) for mark in checked])
    return Lessons(meanings, csr_matrix(meanings), np.array(desks), marked)


EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def test_more_than_half_of_three_twins_decide() -> None:
    desks, _ = reviewed(_lessons([EAST, EAST, EAST, NORTH, NORTH], [1, 1, 2, 3, 4], [0] * 5))
    assert desks.tolist() == [1, 1, 1, 3, 4]
    desks, _ = reviewed(_lessons([EAST] * 4, [1, 1, 2, 3], [0] * 4))
    assert desks.tolist() == [1, 1, 2, 3]


def test_checked_labels_stay() -> None:
    desks, _ = reviewed(_lessons([EAST] * 4, [1, 1, 1, 2], [0, 0, 0, 1]))
    assert desks.tolist() == [1, 1, 1, 2]


def test_weights() -> None:
    _, weights = reviewed(_lessons([EAST] * 4 + [NORTH], [1, 1, 1, 1, 2], [0, 0, 0, 0, 1]))
    assert weights[:4].sum() == pytest.approx(weights[4])
    _, weights = reviewed(_lessons([EAST] * 4 + [NORTH], [1] * 5, [0] * 5))
    assert weights[4] / weights[0] == pytest.approx(2.0)
    _, weights = reviewed(_lessons([EAST, NORTH], [1, 1], [0, 1]))
    assert weights.tolist() == pytest.approx([2 / 3, 4 / 3])


def test_desks_without_tickets_are_not_chosen() -> None:
    experts = taught(_lessons([EAST, NORTH] * 3, [4, 7] * 3, [0] * 6))
    scores = experts.meaning.of_vector(np.array(EAST))
    assert int(scores.argmax()) == 4
    assert (np.delete(scores, [4, 7]) == -30.0).all()


def test_rehearsals_hold_every_checked_ticket_out_once_with_its_twins() -> None:
    rows = [list(row) for row in np.eye(12)]
    lessons = _lessons([*rows, rows[3]], [0, 1] * 6 + [1], [0, 0] + [1] * 11)
    asked_at = []
    for shown, asked in rehearsals(lessons):
        assert (3 in asked) == (12 in asked)
        assert len(shown.desks) == 13 - len(asked)
        assert len(shown.checked) == len(shown.meanings) == shown.wordings.shape[0] == len(shown.desks)
        asked_at += asked.tolist()
    assert sorted(asked_at) == list(range(2, 13))


def test_stacking() -> None:
    matrix = stacked([Sparse(np.array([1, 5]), np.array([2.0, 3.0])), Sparse(np.array([0]), np.array([4.0]))])
    assert matrix.shape == (2, WIDTH)
    assert (matrix[0, 1], matrix[0, 5], matrix[1, 0], matrix.nnz) == (2.0, 3.0, 4.0, 3)


def test_surprise() -> None:
    assert surprise(np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([0, 1])) == pytest.approx(np.log(2) / 2)
    assert surprise(np.array([[0.0, 1.0]]), np.array([0])) == pytest.approx(9 * np.log(10))


def test_the_better_expert_is_heard() -> None:
    truth = np.array([0, 1, 0, 1])
    right = np.where(np.eye(2)[truth] > 0, 5.0, -5.0)
    voices = tuned(-right, right, truth)
    assert voices.meaning == 0.0
    assert voices.wording == 2.6


def test_marks() -> None:
    odds = np.zeros((4, 10))
    odds[:3, 0] = 1.0
    odds[3, [0, 1]] = [0.6, 0.4]
    result = marks(odds, np.array([0, 0, 1, 1]))
    assert result.macro_f1 == pytest.approx((2 / 3 + 0) / 2)
    assert result.utility == pytest.approx((1 + 1 - 3) / 4)
    assert result.sent == 0.75


def test_ledger(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes('\ufeffsubject,body,category\r\nA,"b\nc",refund \r\nD,e,other\r\n'.encode())
    assert tickets_in(path) == [(Ticket("A", "b\nc"), DESKS.index("refund"))]
    assert fingerprint(path) == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("content", [b"", b"subject,body\na,b\n", b"subject,body,category\na,b,c\n", b"\xff\xfe"])
def test_bad_ledgers(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(LedgerError, match=r"x\.csv"):
        tickets_in(tmp_path / "x.csv")
    with pytest.raises(LedgerError):
        tickets_in(tmp_path / "none.csv")


def test_the_program(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"DATA_DIR": str(tmp_path), "TRAINING_DIR": str(folder), "EMBEDDINGS_URL": "u", "EMBEDDINGS_API_KEY": "k"}
    assert program.main(["dance"], env) == 2
    assert program.main(["serve"], env) == 1
    assert program.main(["train"], env) == 1
    monkeypatch.setattr(program, "Gateway", lambda *_: Words())
    env |= {"EMBEDDINGS_MODEL": "m", "PORT": "8000"}
    assert program.main(["train"], env) == 0
    ran: list[dict[str, object]] = []
    monkeypatch.setattr(program.web, "run_app", lambda _, **options: ran.append(options))
    assert program.main(["serve"], env) == 0
    assert (ran[0]["host"], ran[0]["port"]) == ("127.0.0.1", 8000)
    export(tmp_path / "train.csv", 1, "Hi")
    assert program.main(["train"], env | {"TRAINING_DIR": str(tmp_path)}) == 1
