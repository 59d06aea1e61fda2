from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from conftest import FILLER, TOPICS

from tickets import serve
from tickets import train as training
from tickets.categories import CATEGORIES
from tickets.learning import Corpus, fit, held_out_scores, judge
from tickets.model import Model, Tuning
from tickets.store import StoreError, load, save


def test_filler_was_learnt_as_chatter(model: Model) -> None:
    assert FILLER.lower() in model.chatter.keys


@pytest.mark.parametrize("category", CATEGORIES)
def test_topics_are_told_apart(model: Model, category: str) -> None:
    answer = model.classify("Re: my other letter", f"Hello,\n{FILLER} {TOPICS[category][0]}\n> your contract\nX. Y.")
    assert answer.category == category
    assert 0.5 < answer.confidence <= 1


def test_a_sure_answer_goes_unseen(model: Model) -> None:
    assert model.classify("", TOPICS["billing"][0]).route == "auto"


@pytest.mark.parametrize(("subject", "body"), [("", ""), ("Hello", FILLER), ("Hi", "Zzyzx qqq wwww jjjj!")])
def test_nothing_said_goes_to_a_person(model: Model, subject: str, body: str) -> None:
    answer = model.classify(subject, body)
    assert (answer.confidence, answer.route) == (0.1, "human")
    assert answer.category == CATEGORIES[int(model.offsets.argmax())]


def _with_tuning(model: Model, **changes: float) -> Model:
    tuning = Tuning(**({"temperature": 1.0, "margin": 0.0} | changes))
    return Model(
        card=model.card,
        chatter=model.chatter,
        features=model.features,
        weights=model.weights,
        offsets=model.offsets,
        tuning=tuning,
    )


def test_the_margin_decides_the_route(model: Model) -> None:
    text = TOPICS["outage"][0]
    assert _with_tuning(model, margin=-9.0).classify("", text).route == "auto"
    assert _with_tuning(model, margin=1.0).classify("", text).route == "human"


def test_heat_lowers_confidence(model: Model) -> None:
    text = TOPICS["outage"][0]
    warm = _with_tuning(model, temperature=5.0).classify("", text).confidence
    assert warm < _with_tuning(model).classify("", text).confidence


def test_stored_models_answer_the_same(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "new")
    again = load(tmp_path / "new")
    assert again.card == model.card
    assert again.tuning == model.tuning
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["model.npz"]
    for texts in TOPICS.values():
        assert again.classify("", texts[1]) == model.classify("", texts[1])


def test_no_model_no_service(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="train first"):
        load(tmp_path)
    (tmp_path / "model.npz").write_bytes(b"half a file")
    with pytest.raises(StoreError, match="train first"):
        load(tmp_path)


def test_training_twice_gives_the_same_model(folder: Path, model: Model) -> None:
    again, report = training.train(folder)
    assert np.array_equal(again.weights, model.weights)
    assert again.tuning == model.tuning
    assert again.card == model.card
    assert again.card.training_sha256 == hashlib.sha256((folder / "train.csv").read_bytes()).hexdigest()
    assert again.card.macro_f1 == round(max(0.0, report.macro_f1 - training.MODESTY), 3)
    assert again.tuning.margin == training.MARGIN


def test_main_trains_into_the_data_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINING_DIR", str(folder))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert training.main() == 0
    assert load(tmp_path).card.version.startswith("lexical-")
    monkeypatch.setenv("TRAINING_DIR", str(tmp_path))
    assert training.main() == 1


def test_serve_runs_the_stored_model(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, object]] = []
    monkeypatch.setattr(serve.uvicorn, "run", lambda _, **options: calls.append(options))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "8123")
    assert serve.main() == 1
    save(model, tmp_path)
    assert serve.main() == 0
    assert [(call["host"], call["port"]) for call in calls] == [("127.0.0.1", 8123)]


def _corpus() -> Corpus:
    rows = [(text.lower(), CATEGORIES.index(category)) for category, texts in TOPICS.items() for text in texts]
    texts = [text for text, _ in rows]
    labels = np.array([label for _, label in rows] * 4)
    labels[0] = CATEGORIES.index("security")  # a slip that three others outvote
    return Corpus(texts * 4, labels, exported=60)


def test_a_slip_in_the_export_is_outvoted() -> None:
    corpus = _corpus()
    assert CATEGORIES[int(fit(corpus).scores([corpus.texts[0]]).argmax())] == "account_access"


def test_a_validation_label_is_never_outvoted() -> None:
    texts = ["the router has no power"] * 4 + ["please end the contract now"] * 4
    corpus = Corpus(texts, np.array([3, 3, 3, 3, 2, 2, 2, 8]), exported=7)
    probabilities = fit(corpus).scores([texts[-1]])[0]
    assert probabilities[8] > probabilities[3]


def test_unknown_categories_score_nothing() -> None:
    corpus = Corpus(["the router has no power", "please end the contract"] * 2, np.array([3, 2, 3, 2]), exported=3)
    assert fit(corpus).scores(["the router"])[0].argsort()[-2:].tolist() in ([2, 3], [3, 2])


def test_held_out_tickets_get_their_own_scores() -> None:
    corpus = _corpus()
    scores = held_out_scores(corpus)
    assert scores.shape == (20, 10)
    assert (scores.argmax(axis=1) == corpus.labels[60:]).all()


def test_judging() -> None:
    scores = np.full((4, 10), -5.0)
    scores[[0, 1, 2, 3], [1, 1, 2, 2]] = 5.0
    report = judge(scores, np.array([1, 1, 2, 3]), margin=-5.0)
    assert report.auto_share == 1.0
    assert report.utility == 0.0
    assert report.macro_f1 == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert judge(scores, np.array([1, 1, 2, 3]), margin=1.0).auto_share == 0.0


def test_answers_are_json(model: Model) -> None:
    assert set(json.loads(json.dumps(model.classify("", "x").public()))) == {"category", "confidence", "route"}
