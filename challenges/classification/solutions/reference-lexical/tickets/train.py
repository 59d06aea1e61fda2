"""``python -m tickets.train``: from the exported tickets to a model in DATA_DIR."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

import numpy as np

from tickets.categories import CATEGORIES
from tickets.chatter import Chatter, mine
from tickets.learning import Corpus, Report, fit, held_out_scores, judge
from tickets.model import Card, Model, Tuning
from tickets.records import DataError, Record, file_sha256, read_records
from tickets.settings import SettingsError, training_settings
from tickets.store import save

_LOG = logging.getLogger("tickets.train")
# Some incoming tickets fit no category, validation has none of them: an automatic route must promise a little more.
MARGIN = 0.1
# The figures of validation were looked at while the model was chosen, and incoming tickets are newer.
MODESTY = 0.03


def main() -> int:
    """Train; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    started = time.monotonic()
    try:
        settings = training_settings()
        model, report = train(settings.training_dir)
        save(model, settings.data_dir)
    except (SettingsError, DataError, OSError) as error:
        _LOG.error("Training failed: %s", error)
        return 1
    _LOG.info("%s in %.0f s", report, time.monotonic() - started)
    return 0


def train(folder: Path) -> tuple[Model, Report]:
    """A model of the folder's two files, and its figures on held-out validation tickets."""
    exported = read_records(folder / "train.csv")
    checked = read_records(folder / "validation.csv")
    chatter = Chatter(mine(exported))
    corpus = _corpus(chatter, exported, checked)
    report = judge(held_out_scores(corpus), corpus.labels[corpus.exported :], MARGIN)
    linear = fit(corpus)
    digest = file_sha256(folder / "train.csv")
    card = Card(
        version=f"lexical-{digest[:12]}", training_sha256=digest, macro_f1=round(max(0.0, report.macro_f1 - MODESTY), 3)
    )
    tuning = Tuning(temperature=report.temperature, margin=MARGIN)
    model = Model(
        card=card,
        chatter=chatter,
        features=linear.features,
        weights=linear.weights,
        offsets=linear.offsets,
        tuning=tuning,
    )
    return model, report


def _corpus(chatter: Chatter, exported: list[Record], checked: list[Record]) -> Corpus:
    """The cores of all tickets. An exported ticket of which no core is left teaches nothing."""
    old = [(chatter.core(record.subject, record.body), record.category) for record in exported]
    old = [(text, category) for text, category in old if text]
    new = [(chatter.core(record.subject, record.body), record.category) for record in checked]
    rows = old + new
    labels = np.array([CATEGORIES.index(category) for _, category in rows], dtype=np.int64)
    return Corpus([text for text, _ in rows], labels, len(old))


if __name__ == "__main__":
    sys.exit(main())
